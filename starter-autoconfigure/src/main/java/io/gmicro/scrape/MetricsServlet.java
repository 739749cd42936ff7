package io.gmicro.scrape;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
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
 * out, if the registry is a {@link ScrapeRegistry}, and a client that reads too slowly is
 * cut off. Thread-safe.
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
			.description("Scrapes of the metrics route that failed or were turned away, and collectors left out")
			.register(meterRegistry);
		this.collectors = new CollectorGuard(registry, limits, this.errors);
	}

	@Override
	protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
		response.setHeader("Cache-Control", "no-store");
		response.setHeader("X-Content-Type-Options", "nosniff");
		switch (request.getMethod()) {
			case "GET" -> scrape(request, response);
			case "HEAD" -> prepare(request, response);
			default -> {
				response.setHeader("Allow", "GET, HEAD");
				refuse(response, HttpServletResponse.SC_METHOD_NOT_ALLOWED, "only GET and HEAD");
			}
		}
	}

	private void scrape(HttpServletRequest request, HttpServletResponse response) throws IOException {
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
			throws IOException {
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
		try {
			MetricSnapshots snapshots = this.collectors.collect((names != null) ? new IncludedNames(names) : null);
			if (snapshots == null) {
				refuse(response, HttpServletResponse.SC_INTERNAL_SERVER_ERROR,
						"no metric could be collected, see the application's log");
			}
			return snapshots;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new InterruptedIOException("Interrupted while metrics were collected");
		}
	}

	private static String @Nullable [] names(HttpServletRequest request) {
		String[] names = (request.getQueryString() != null) ? request.getParameterValues(IncludedNames.PARAMETER)
				: null;
		if (names != null && names.length > MAX_NAMES) {
			throw new IllegalArgumentException();
		}
		return names;
	}

	private void write(MetricSnapshots snapshots, HttpServletRequest request, HttpServletResponse response)
			throws IOException {
		ScrapeFormat format = prepare(request, response);
		boolean gzip = response.containsHeader("Content-Encoding");
		try (OutputStream body = new DeadlineOutputStream(response.getOutputStream(), this.writeTimeout);
				OutputStream out = gzip ? fastGzip(body) : body) {
			format.write(out, snapshots);
		}
		catch (IOException ex) {
			this.errors.increment();
			throw ex;
		}
	}

	/** Samples repeat so much that a better level costs more time than it saves bytes. */
	private static OutputStream fastGzip(OutputStream out) throws IOException {
		return new GZIPOutputStream(out, GZIP_BUFFER) {

			{
				this.def.setLevel(Deflater.BEST_SPEED);
			}

		};
	}

	private static ScrapeFormat prepare(HttpServletRequest request, HttpServletResponse response) {
		ScrapeFormat format = ScrapeFormat.negotiate(request.getHeader("Accept"));
		response.setContentType(format.contentType());
		response.setHeader("Vary", "Accept, Accept-Encoding");
		if (AcceptedEncoding.gzip(request.getHeader("Accept-Encoding"))) {
			response.setHeader("Content-Encoding", "gzip");
		}
		return format;
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
