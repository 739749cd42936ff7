package io.gmicro.benchmarks;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.zip.GZIPOutputStream;

import io.gmicro.scrape.InspectableRegistry;
import io.gmicro.scrape.MetricsServlet;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.exporter.common.PrometheusScrapeHandler;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.micrometer.metrics.autoconfigure.export.prometheus.PrometheusOutputFormat;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.prometheus.PrometheusScrapeEndpoint;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

/**
 * What a scrape costs: CPU time and bytes allocated, of all threads that take part, from
 * the registry to where a container would take over. Beside the route are Spring Boot's
 * endpoint, client_java's handler and the collecting alone, which all of them have to do,
 * each as a part of what Spring Boot's took in the same round.
 */
final class ScrapeCost {

	private static final int ROUNDS = 7;

	private static final int WARM_UP_ROUNDS = 2;

	private static final int LINES_A_ROUTE = 19;

	private static final int LINES_A_ROUND = 200_000;

	private static final String DURATION = "http.server.request.duration";

	private static final String OPENMETRICS = "application/openmetrics-text;version=1.0.0";

	private static final Duration[] BOUNDS = { Duration.ofMillis(5), Duration.ofMillis(10), Duration.ofMillis(25),
			Duration.ofMillis(50), Duration.ofMillis(75), Duration.ofMillis(100), Duration.ofMillis(250),
			Duration.ofMillis(500), Duration.ofMillis(750), Duration.ofSeconds(1), Duration.ofMillis(2500),
			Duration.ofSeconds(5), Duration.ofMillis(7500), Duration.ofSeconds(10) };

	private ScrapeCost() {
	}

	static Table table() {
		return new Table("scrape", "A scrape",
				"""
						CPU time and allocation of all threads that take part in a scrape of a Prometheus registry with that many lines (a
						histogram of 14 bounds, its maximum and a counter for each route), up to where a container would take over; medians
						(lowest to highest) of 7 rounds in turn, as a part of what Spring Boot's `PrometheusScrapeEndpoint` took in the same
						round. Pairs are time and bytes; "collecting" is the registry's own `scrape()`, which every way of writing needs. promhttp is
						Go's, in a process of its own with the same families, values and number of lines, where it is installed;
						collecting garbage counts for none.
						""",
				ScrapeCost::rows);
	}

	private static String rows() throws Exception {
		StringBuilder table = new StringBuilder(
				"| lines | | Boot us, KB | client_java | collecting | promhttp | gmicro time: part of Boot's | bytes: part of Boot's |\n"
						+ "|---|---|---|---|---|---|---|---|\n");
		try (Promhttp promhttp = Promhttp.start()) {
			for (int lines : new int[] { 100, 1_000, 10_000, 100_000 }) {
				InspectableRegistry ours = new InspectableRegistry();
				fill(Registries.ours(ours), lines);
				PrometheusRegistry boots = new PrometheusRegistry();
				fill(micrometers(boots), lines);
				table.append(row(lines, "text", ours, boots, "text/plain", false, promhttp));
				table.append(row(lines, "text, gzip", ours, boots, "text/plain", true, promhttp));
				table.append(row(lines, "OpenMetrics, gzip", ours, boots, OPENMETRICS, true, null));
			}
			table.append((promhttp != null) ? "\npromhttp is of " + promhttp.version() + ".\n" : "");
		}
		return table.toString();
	}

	static PrometheusMeterRegistry micrometers(PrometheusRegistry registry) {
		return new PrometheusMeterRegistry(PrometheusConfig.DEFAULT, registry, Clock.SYSTEM);
	}

	/**
	 * Fill a registry with series.
	 * @param meters the registry
	 * @param lines how many lines of series there are to be, about
	 * @return how many there are
	 */
	static int fill(MeterRegistry meters, int lines) {
		fillRoutes(meters, routes(lines));
		return routes(lines) * LINES_A_ROUTE;
	}

	private static int routes(int lines) {
		return Math.max(1, lines / LINES_A_ROUTE);
	}

	static MeterRegistry fillRoutes(MeterRegistry meters, int routes) {
		for (int route = 0; route < routes; route++) {
			String[] tags = { "http.request.method", "GET", "http.route", "/shop/kind" + route + "/{id}/items",
					"http.response.status_code", "200", "url.scheme", "http", "error.type", "" };
			Timer timer = Timer.builder(DURATION).tags(tags).serviceLevelObjectives(BOUNDS).register(meters);
			for (int i = 0; i < 100; i++) {
				timer.record(Duration.ofNanos(1_234_567L * (i + 1) * (route % 89 + 1)));
			}
			meters.counter("http.server.responses", tags).increment(100 * (route + 1));
		}
		return meters;
	}

	private static String row(int lines, String format, InspectableRegistry ours, PrometheusRegistry boots,
			String accept, boolean gzip, @Nullable Promhttp promhttp) throws Exception {
		MetricsServlet servlet = servlet(ours);
		PrometheusScrapeEndpoint endpoint = new PrometheusScrapeEndpoint(boots, new Properties());
		PrometheusOutputFormat output = accept.equals(OPENMETRICS) ? PrometheusOutputFormat.CONTENT_TYPE_OPENMETRICS_100
				: PrometheusOutputFormat.CONTENT_TYPE_004;
		PrometheusScrapeHandler handler = new PrometheusScrapeHandler(boots);
		List<Contender> contenders = new ArrayList<>(List.of(each(() -> boot(endpoint, output, gzip)),
				each(() -> handler.handleRequest(new ClientJavaExchange(accept, gzip))), each(boots::scrape),
				each(() -> servlet.service(request(accept, gzip), new Response()))));
		if (promhttp != null) {
			long written = new String(endpoint.scrape(output, null).getBody(), StandardCharsets.UTF_8).lines().count();
			contenders.add((count) -> promhttp.scrape(routes(lines), written, gzip, count));
		}
		Cost[][] costs = costs(contenders, lines);
		servlet.destroy();
		return String.format(Locale.ROOT, "| %,d | %s | %.0f, %.0f | %s, %s | %s, %s | %s | **%s** | **%s** |%n", lines,
				format, median(nanos(costs[0])) / 1e3, median(bytes(costs[0])) / 1e3,
				part(nanos(costs[1]), nanos(costs[0])), part(bytes(costs[1]), bytes(costs[0])),
				part(nanos(costs[2]), nanos(costs[0])), part(bytes(costs[2]), bytes(costs[0])),
				(promhttp != null)
						? part(nanos(costs[4]), nanos(costs[0])) + ", " + part(bytes(costs[4]), bytes(costs[0])) : "–",
				spread(nanos(costs[3]), nanos(costs[0])), spread(bytes(costs[3]), bytes(costs[0])));
	}

	/**
	 * What scrapes of a registry by the route cost.
	 * @param registry what is scraped
	 * @param lines how many it has
	 * @param gzip whether they are compressed
	 * @return the costs, round by round
	 */
	static List<Cost> costs(InspectableRegistry registry, int lines, boolean gzip) throws Exception {
		MetricsServlet servlet = servlet(registry);
		Cost[][] costs = costs(List.of(each(() -> servlet.service(request("text/plain", gzip), new Response()))),
				lines);
		servlet.destroy();
		return List.of(costs[0]);
	}

	private static MetricsServlet servlet(InspectableRegistry registry) {
		MetricsServlet.Limits limits = new MetricsServlet.Limits(4, Duration.ofMinutes(1), Duration.ofMinutes(1));
		return new MetricsServlet(registry, limits, new SimpleMeterRegistry());
	}

	private static Cost[][] costs(List<Contender> contenders, int lines) throws Exception {
		Cost[][] costs = new Cost[contenders.size()][ROUNDS];
		int count = Math.max(2, LINES_A_ROUND / lines);
		for (int round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
			for (int i = 0; i < contenders.size(); i++) {
				Cost cost = contenders.get(i).cost(count);
				if (round >= 0) {
					costs[i][round] = cost;
				}
			}
		}
		return costs;
	}

	private static Contender each(Scrape scrape) {
		return (count) -> {
			Cost before = Cost.sofar();
			for (int i = 0; i < count; i++) {
				scrape.run();
			}
			Cost after = Cost.sofar();
			return new Cost((after.nanos - before.nanos) / count, (after.bytes - before.bytes) / count);
		};
	}

	private static double[] nanos(Cost[] costs) {
		return Arrays.stream(costs).mapToDouble(Cost::nanos).toArray();
	}

	private static double[] bytes(Cost[] costs) {
		return Arrays.stream(costs).mapToDouble(Cost::bytes).toArray();
	}

	private static double median(double[] values) {
		return Arrays.stream(values).sorted().toArray()[values.length / 2];
	}

	private static double[] parts(double[] values, double[] whole) {
		double[] parts = new double[values.length];
		Arrays.setAll(parts, (i) -> values[i] / whole[i]);
		Arrays.sort(parts);
		return parts;
	}

	private static String part(double[] values, double[] whole) {
		return String.format(Locale.ROOT, "%.2f", parts(values, whole)[values.length / 2]);
	}

	private static String spread(double[] values, double[] whole) {
		double[] parts = parts(values, whole);
		return String.format(Locale.ROOT, "%.2f (%.2f to %.2f)", parts[parts.length / 2], parts[0],
				parts[parts.length - 1]);
	}

	private static void boot(PrometheusScrapeEndpoint endpoint, PrometheusOutputFormat format, boolean gzip)
			throws IOException {
		byte[] body = endpoint.scrape(format, null).getBody();
		try (OutputStream out = gzip ? new GZIPOutputStream(OutputStream.nullOutputStream())
				: OutputStream.nullOutputStream()) {
			out.write(body);
		}
	}

	private static MockHttpServletRequest request(String accept, boolean gzip) {
		MockHttpServletRequest request = new MockHttpServletRequest("GET", "/metrics");
		request.addHeader("Accept", accept);
		if (gzip) {
			request.addHeader("Accept-Encoding", "gzip");
		}
		return request;
	}

	/** Tells what a scrape costs, on average. */
	private interface Contender {

		Cost cost(int count) throws Exception;

	}

	/** One way to scrape. */
	private interface Scrape {

		void run() throws Exception;

	}

	/**
	 * What a scrape costs.
	 *
	 * @param nanos of CPU time
	 * @param bytes of memory
	 */
	record Cost(double nanos, double bytes) {

		/** Of this thread and of those that collect for the route. */
		static Cost sofar() {
			com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory
				.getThreadMXBean();
			double nanos = 0;
			double bytes = 0;
			for (Thread thread : Thread.getAllStackTraces().keySet()) {
				if (thread == Thread.currentThread() || thread.getName().startsWith("gmicro-scrape-")) {
					nanos += Math.max(0, threads.getThreadCpuTime(thread.getId()));
					bytes += Math.max(0, threads.getThreadAllocatedBytes(thread.getId()));
				}
			}
			return new Cost(nanos, bytes);
		}

	}

	/** A response whose body goes nowhere. */
	private static final class Response extends MockHttpServletResponse {

		@Override
		public ServletOutputStream getOutputStream() {
			return new ServletOutputStream() {

				@Override
				public void write(int b) {
				}

				@Override
				public void write(byte[] bytes, int offset, int length) {
				}

				@Override
				public boolean isReady() {
					return true;
				}

				@Override
				public void setWriteListener(WriteListener listener) {
				}

			};
		}

	}

}
