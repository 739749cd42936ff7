package io.gmicro.scrape;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Collections;
import java.util.Enumeration;
import java.util.concurrent.Semaphore;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

/**
 * Streams a Prometheus registry: the text format by default, OpenMetrics and Prometheus
 * protobuf when a client prefers them, gzip when accepted, the families named by
 * {@code name[]} only. Answers GET and HEAD; anything else is 405. At most a fixed number
 * of scrapes run at once, further ones are told to come back with 503, so that scraping
 * can never take all threads of the server. A collector that throws or blocks is left
 * out, if the registry is a {@link InspectableRegistry}, and a client that reads too
 * slowly is cut off. Thread-safe.
 */
public final class MetricsServlet extends HttpServlet {

	private static final long serialVersionUID = 1L;

	private static final int MAX_NAMES = 256;

	private static final int GZIP_BUFFER = 4096;

	private static final String RETRY_AFTER_SECONDS = "1";

	private final transient CollectorGuard collectors;

	private final transient Semaphore permits;

	private final transient Duration writeTimeout;

	private final transient Counter scrapes;

	private final transient Counter errors;

	/**
	 * Create a servlet for one registry.
	 * @param registry what is served
	 * @param limits what a scrape may take
	 * @param meterRegistry where scrapes and their errors are counted
	 */
	public MetricsServlet(PrometheusRegistry registry, ScrapeLimits limits, MeterRegistry meterRegistry) {
		this.permits = new Semaphore(limits.maxConcurrent());
		this.writeTimeout = limits.writeTimeout();
		this.scrapes = Counter.builder("gmicro.scrapes")
			.description("Scrapes of the metrics route")
			.register(meterRegistry);
		this.errors = Counter.builder("gmicro.scrape.errors")
			.description(
					"Scrapes of the metrics route that failed, were turned away or had no helper thread, and collectors left out")
			.register(meterRegistry);
		this.collectors = new CollectorGuard(registry, limits, this.errors);
	}

	@Override
	protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
		try {
			answer(request, response);
		}
		catch (IOException ex) {
			this.errors.increment();
			throw ex;
		}
		catch (InterruptedException ex) {
			this.errors.increment();
			refuse(response, HttpServletResponse.SC_SERVICE_UNAVAILABLE, "interrupted");
			Thread.currentThread().interrupt();
		}
		catch (Throwable ex) {
			this.errors.increment();
			failed(response, ex);
		}
	}

	/**
	 * Containers close the connection on an {@link OutOfMemoryError}; a scraper learns
	 * more from a status. What has begun to be sent must not look complete.
	 */
	private void failed(HttpServletResponse response, Throwable failure) throws IOException {
		if (response.isCommitted()) {
			throw new IOException("A scrape failed while it was sent", failure);
		}
		response.reset();
		prepare(response);
		refuse(response, HttpServletResponse.SC_INTERNAL_SERVER_ERROR, "the scrape failed, see the application's log");
		this.collectors.warn("A scrape failed", failure);
	}

	private static void prepare(HttpServletResponse response) {
		response.setHeader("Cache-Control", "no-store");
		response.setHeader("X-Content-Type-Options", "nosniff");
	}

	private void answer(HttpServletRequest request, HttpServletResponse response)
			throws IOException, InterruptedException {
		prepare(response);
		switch (request.getMethod()) {
			case "GET" -> scrape(request, response);
			case "HEAD" -> prepare(request, response);
			default -> {
				response.setHeader("Allow", "GET, HEAD");
				refuse(response, HttpServletResponse.SC_METHOD_NOT_ALLOWED, "only GET and HEAD");
			}
		}
	}

	private void scrape(HttpServletRequest request, HttpServletResponse response)
			throws IOException, InterruptedException {
		if (!this.permits.tryAcquire()) {
			this.errors.increment();
			response.setHeader("Retry-After", RETRY_AFTER_SECONDS);
			refuse(response, HttpServletResponse.SC_SERVICE_UNAVAILABLE, "too many scrapes at once");
			return;
		}
		try {
			this.scrapes.increment();
			MetricSnapshots snapshots = collect(request, response);
			if (snapshots != null) {
				write(snapshots, request, response);
			}
		}
		finally {
			this.permits.release();
		}
	}

	private @Nullable MetricSnapshots collect(HttpServletRequest request, HttpServletResponse response)
			throws IOException, InterruptedException {
		String[] names;
		try {
			names = names(request);
		}
		catch (IllegalArgumentException | IllegalStateException ex) {
			this.errors.increment();
			refuse(response, HttpServletResponse.SC_BAD_REQUEST,
					"malformed query, or more than " + MAX_NAMES + " " + IncludedNames.PARAMETER);
			return null;
		}
		MetricSnapshots snapshots = this.collectors.collect((names != null) ? new IncludedNames(names) : null);
		if (snapshots == null) {
			refuse(response, HttpServletResponse.SC_INTERNAL_SERVER_ERROR,
					"no metric could be collected, see the application's log");
		}
		return snapshots;
	}

	private static String @Nullable [] names(HttpServletRequest request) {
		String[] names = (request.getQueryString() != null) ? request.getParameterValues(IncludedNames.PARAMETER)
				: null;
		if (names != null && names.length > MAX_NAMES) {
			throw new IllegalArgumentException();
		}
		return names;
	}

	/** Closed only when it is complete: that is what ends an answer well. */
	@SuppressWarnings("resource")
	private void write(MetricSnapshots snapshots, HttpServletRequest request, HttpServletResponse response)
			throws IOException {
		ScrapeFormat format = prepare(request, response);
		OutputStream body = new DeadlineOutputStream(response.getOutputStream(), this.writeTimeout);
		if (!response.containsHeader("Content-Encoding")) {
			format.write(body, snapshots);
			body.close();
			return;
		}
		FastGzip gzip = new FastGzip(body);
		try {
			format.write(gzip, snapshots);
			gzip.close();
		}
		finally {
			gzip.release();
		}
	}

	/** Samples repeat so much that a better level costs more time than it saves bytes. */
	private static final class FastGzip extends GZIPOutputStream {

		FastGzip(OutputStream out) throws IOException {
			super(out, GZIP_BUFFER);
			this.def.setLevel(Deflater.BEST_SPEED);
		}

		/** Gives native memory back, whether it was closed or not. */
		void release() {
			this.def.end();
		}

	}

	private static ScrapeFormat prepare(HttpServletRequest request, HttpServletResponse response) {
		ScrapeFormat format = ScrapeFormat.negotiate(joined(request, "Accept"));
		response.setContentType(format.contentType());
		response.setHeader("Vary", "Accept, Accept-Encoding");
		if (AcceptedEncoding.gzip(joined(request, "Accept-Encoding"))) {
			response.setHeader("Content-Encoding", "gzip");
		}
		return format;
	}

	/** A list may be spread over several lines (RFC 9110, section 5.3). */
	private static @Nullable String joined(HttpServletRequest request, String header) {
		Enumeration<String> lines = request.getHeaders(header);
		return lines.hasMoreElements() ? String.join(",", Collections.list(lines)) : null;
	}

	@Override
	public void destroy() {
		this.collectors.close();
	}

	private static void refuse(HttpServletResponse response, int status, String reason) throws IOException {
		response.setStatus(status);
		response.setContentType("text/plain;charset=utf-8");
		response.getOutputStream().print(reason + "\n");
	}

}
