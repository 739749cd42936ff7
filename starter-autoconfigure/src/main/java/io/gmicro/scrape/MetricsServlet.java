package io.gmicro.scrape;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
 * Serves a Prometheus registry: in the text format by default, in OpenMetrics or
 * Prometheus protobuf for clients that prefer them, compressed with gzip if accepted, and
 * limited to the metric families of the parameter {@code name[]} if there is one. Methods
 * other than GET and HEAD are answered with 405. Scrapes beyond the maximum number of
 * concurrent ones are answered with 503, so that scraping cannot occupy all threads of
 * the server. A collector that throws or blocks is left out if the registry is an
 * {@link InspectableRegistry}. The connection to a client that reads too slowly is
 * closed. Thread-safe.
 */
public final class MetricsServlet extends HttpServlet {

	private static final long serialVersionUID = 1L;

	private static final String NAME_PARAMETER = "name[]";

	private static final int MAX_NAMES = 256;

	private static final Pattern SAMPLE_SUFFIX = Pattern.compile("_(total|created|bucket|count|sum|info)\\z");

	private static final Pattern ZERO_WEIGHT = Pattern.compile("q\\s*=\\s*0(\\.0*)?");

	private static final int GZIP_BUFFER = 4096;

	private static final String RETRY_AFTER_SECONDS = "1";

	private final transient CollectorGuard collectors;

	private final transient Semaphore permits;

	private final transient Duration writeTimeout;

	private final transient Counter scrapes;

	private final transient Counter errors;

	/**
	 * Create a servlet for a registry.
	 * @param registry the registry to serve
	 * @param limits the limits of scrapes
	 * @param meterRegistry the registry for the counters of scrapes and their errors
	 */
	public MetricsServlet(PrometheusRegistry registry, Limits limits, MeterRegistry meterRegistry) {
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
	 * Sends a status even after an {@link OutOfMemoryError}, for which containers would
	 * only close the connection. A response that is already committed must not look
	 * complete.
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
		Predicate<String> names;
		try {
			names = includedNames(request);
		}
		catch (IllegalArgumentException | IllegalStateException ex) {
			this.errors.increment();
			refuse(response, HttpServletResponse.SC_BAD_REQUEST,
					"malformed query, or more than " + MAX_NAMES + " " + NAME_PARAMETER);
			return null;
		}
		MetricSnapshots snapshots = this.collectors.collect(names);
		if (snapshots == null) {
			refuse(response, HttpServletResponse.SC_INTERNAL_SERVER_ERROR,
					"no metric could be collected, see the application's log");
		}
		return snapshots;
	}

	private static @Nullable Predicate<String> includedNames(HttpServletRequest request) {
		String[] names = (request.getQueryString() != null) ? request.getParameterValues(NAME_PARAMETER) : null;
		if (names != null && names.length > MAX_NAMES) {
			throw new IllegalArgumentException();
		}
		return (names != null) ? includedNames(names) : null;
	}

	/**
	 * A registry knows a metric family without the suffixes that its samples have;
	 * clients may use either name.
	 */
	static Predicate<String> includedNames(String... names) {
		return Stream.of(names)
			.flatMap((name) -> Stream.of(name, SAMPLE_SUFFIX.matcher(name).replaceFirst("")))
			.collect(Collectors.toSet())::contains;
	}

	/** Closes the body only if it is complete, since closing marks it as complete. */
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

	/** Better compression of metrics costs more time than the saved bytes are worth. */
	private static final class FastGzip extends GZIPOutputStream {

		FastGzip(OutputStream out) throws IOException {
			super(out, GZIP_BUFFER);
			this.def.setLevel(Deflater.BEST_SPEED);
		}

		/** Releases native memory even if the stream was not closed. */
		void release() {
			this.def.end();
		}

	}

	private static ScrapeFormat prepare(HttpServletRequest request, HttpServletResponse response) {
		ScrapeFormat format = ScrapeFormat.negotiate(joined(request, "Accept"));
		response.setContentType(format.contentType());
		response.setHeader("Vary", "Accept, Accept-Encoding");
		if (acceptsGzip(joined(request, "Accept-Encoding"))) {
			response.setHeader("Content-Encoding", "gzip");
		}
		return format;
	}

	/** A list may be spread over several lines (RFC 9110, section 5.3). */
	private static @Nullable String joined(HttpServletRequest request, String header) {
		Enumeration<String> lines = request.getHeaders(header);
		return lines.hasMoreElements() ? String.join(",", Collections.list(lines)) : null;
	}

	/** See RFC 9110, section 12.5.3. */
	static boolean acceptsGzip(@Nullable String header) {
		boolean wildcard = false;
		for (String element : (header != null) ? header.toLowerCase(Locale.ROOT).split(",") : new String[0]) {
			String[] parts = element.split(";", 2);
			String coding = parts[0].trim();
			boolean accepted = parts.length == 1 || !ZERO_WEIGHT.matcher(parts[1].trim()).matches();
			if (coding.equals("gzip") || coding.equals("x-gzip")) {
				return accepted;
			}
			wildcard |= coding.equals("*") && accepted;
		}
		return wildcard;
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

	/**
	 * The limits of scrapes.
	 *
	 * @param maxConcurrent the maximum number of concurrent scrapes, at least 1
	 * @param collectTimeout the time after which a collector that has not answered is
	 * left out
	 * @param writeTimeout the time after which the connection to a client that has not
	 * read the whole response is closed
	 */
	public record Limits(int maxConcurrent, Duration collectTimeout, Duration writeTimeout) {
	}

}
