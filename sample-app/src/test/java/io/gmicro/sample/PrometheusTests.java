package io.gmicro.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

/**
 * What a real Prometheus says about the sample, compared with the requests that were sent
 * to it.
 */
class PrometheusTests {

	private static final String RESPONSES = "http_server_responses_total";

	private static final String DURATION = "http_server_request_duration_seconds";

	private static final List<Traffic> TRAFFIC = List.of(new Traffic("/orders/1", "/orders/{id}", 200, 200),
			new Traffic("/orders/0", "/orders/{id}", 404, 15), new Traffic("/no/such/path", "NOT_FOUND", 404, 15),
			new Traffic("/fail", "/fail", 500, 10), new Traffic("/async?millis=150", "/async", 200, 5));

	private static final int REQUESTS = 245;

	/**
	 * Sent of each kind before the traffic: Prometheus cannot know that a series that it
	 * has not seen before was zero.
	 */
	private static final int WARM_UP = 10;

	private static final double EXACT = 1e-9;

	@TempDir
	private static Path directory;

	private static SampleServer sample;

	private static PrometheusServer prometheus;

	/** When Prometheus scraped what the warm-up left, in seconds since the epoch. */
	private static double start;

	/** When Prometheus scraped what the traffic left, in seconds since the epoch. */
	private static double end;

	@BeforeAll
	static void drive() throws Exception {
		RealTools.find("prometheus");
		sample = SampleServer.start(ScrapeFormats.class);
		prometheus = PrometheusServer.start(Files.createDirectory(directory.resolve("default")), sample.port());
		for (Traffic traffic : TRAFFIC) {
			traffic.send(sample, WARM_UP);
		}
		start = scraped();
		for (Traffic traffic : TRAFFIC) {
			traffic.send(sample, traffic.count());
		}
		end = scraped();
	}

	@AfterAll
	static void stop() {
		if (prometheus != null) {
			prometheus.close();
		}
		if (sample != null) {
			sample.close();
		}
	}

	/** Waits until Prometheus has scraped what is there now, and says when it did. */
	private static double scraped() {
		await().until(() -> sample.scrape().sum("http_server_active_requests") == 0);
		// Prometheus moves the time of a scrape by up to 2 ms to keep its intervals even.
		double idle = (System.currentTimeMillis() + 10) / 1000.0;
		return await().atMost(Duration.ofSeconds(30))
			.ignoreExceptions()
			.until(() -> prometheus.value("max(timestamp(" + RESPONSES + "))"), (time) -> time > idle);
	}

	static List<Traffic> traffic() {
		return TRAFFIC;
	}

	@Test
	void targetIsUp() throws Exception {
		assertThat(prometheus.value("up{job=\"gmicro-sample\"}", end)).isEqualTo(1);
	}

	@ParameterizedTest
	@MethodSource("traffic")
	void everyRequestIsCountedOnceByRouteAndStatus(Traffic traffic) throws Exception {
		for (String metric : List.of(RESPONSES, DURATION + "_count")) {
			String series = metric + traffic.labels();
			assertThat(prometheus.value(since(series), end)).isEqualTo(traffic.count());
			assertThat(prometheus.value(series, end)).isEqualTo(WARM_UP + traffic.count());
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { RESPONSES, DURATION + "_count" })
	void nothingElseIsCounted(String metric) throws Exception {
		assertThat(prometheus.value("count(" + metric + " > 0)", end)).isEqualTo(TRAFFIC.size());
		assertThat(prometheus.value(since("sum(%s)", metric), end)).isEqualTo(REQUESTS);
		assertThat(prometheus.value("sum(http_server_active_requests)", end)).isZero();
	}

	@Test
	void rateByRouteIsExact() throws Exception {
		Map<String, Double> rates = prometheus.valuesBy("http_route",
				"sum by (http_route) (rate(" + RESPONSES + range() + "))", end);
		assertThat(rates.entrySet()).filteredOn((rate) -> rate.getValue() != 0)
			.extracting(Map.Entry::getKey)
			.containsExactlyInAnyOrder("/orders/{id}", "NOT_FOUND", "/fail", "/async");
		double seconds = millis() / 1000.0;
		assertThat(rates.get("/orders/{id}")).isCloseTo(215 / seconds, within(EXACT));
		assertThat(rates.get("NOT_FOUND")).isCloseTo(15 / seconds, within(EXACT));
		assertThat(rates.get("/fail")).isCloseTo(10 / seconds, within(EXACT));
		assertThat(rates.get("/async")).isCloseTo(5 / seconds, within(EXACT));
	}

	@Test
	void errorRatioIsExact() throws Exception {
		String errors = RESPONSES + "{http_response_status_code=~\"5..\"}";
		assertThat(prometheus.value(since("sum(%s)", errors) + " / " + since("sum(%s)", RESPONSES), end))
			.isEqualTo(10.0 / REQUESTS);
		assertThat(
				prometheus.value("sum(rate(" + errors + range() + ")) / sum(rate(" + RESPONSES + range() + "))", end))
			.isCloseTo(10.0 / REQUESTS, within(EXACT));
	}

	@Test
	void quantilesAreThoseOfTheServedBuckets() throws Exception {
		Scrape scrape = sample.scrape();
		TreeMap<Double, Double> all = scrape.buckets(DURATION, "");
		assertThat(all.keySet()).containsExactly(.005, .01, .025, .05, .075, .1, .25, .5, .75, 1., 2.5, 5., 7.5, 10.,
				Double.POSITIVE_INFINITY);
		assertThat(all.lastEntry().getValue()).isEqualTo(REQUESTS + WARM_UP * TRAFFIC.size());
		double p99 = Scrape.quantile(0.99, all);
		assertThat(p99).as("more than one request in a hundred waited 150 ms").isGreaterThan(.1);
		assertThat(prometheus.value("histogram_quantile(0.99, sum by (le) (" + DURATION + "_bucket))", end))
			.isCloseTo(p99, within(EXACT));
		String route = "http_route=\"/orders/{id}\"";
		assertThat(
				prometheus.value("histogram_quantile(0.99, sum by (le) (" + DURATION + "_bucket{" + route + "}))", end))
			.isCloseTo(Scrape.quantile(0.99, scrape.buckets(DURATION, route)), within(EXACT));
	}

	@Test
	void openMetricsIsAccepted() {
		assertThat(sample.bean(ScrapeFormats.class).types).contains("application/openmetrics-text");
	}

	@Test
	void protobufIsAccepted() throws Exception {
		try (PrometheusServer protobuf = PrometheusServer.start(Files.createDirectory(directory.resolve("protobuf")),
				sample.port(), "--enable-feature=native-histograms")) {
			await().atMost(Duration.ofSeconds(30))
				.ignoreExceptions()
				.untilAsserted(() -> assertThat(protobuf.value("up")).isEqualTo(1));
			assertThat(sample.bean(ScrapeFormats.class).types).contains("application/vnd.google.protobuf");
			for (Traffic traffic : TRAFFIC) {
				assertThat(protobuf.value(DURATION + "_count" + traffic.labels())).isEqualTo(WARM_UP + traffic.count());
			}
		}
	}

	/** A range that holds what was scraped at the start and at the end and in between. */
	private static String range() {
		return "[" + (millis() + 1) + "ms]";
	}

	private static long millis() {
		return Math.round((end - start) * 1000);
	}

	private static String since(String series) {
		return since("%s", series);
	}

	private static String since(String expression, String series) {
		return "(" + expression.formatted(series) + " - "
				+ expression.formatted(series + " @ " + PrometheusServer.seconds(start)) + ")";
	}

	/**
	 * Requests of one kind.
	 *
	 * @param path what is requested
	 * @param route the route it is recorded under
	 * @param status how it is answered
	 * @param count how often it is requested after the warm-up
	 */
	record Traffic(String path, String route, int status, int count) {

		void send(SampleServer sample, int times) throws IOException, InterruptedException {
			for (int i = 0; i < times; i++) {
				assertThat(sample.get(this.path).statusCode()).isEqualTo(this.status);
			}
		}

		String labels() {
			return "{http_request_method=\"GET\",http_route=\"" + this.route + "\",http_response_status_code=\""
					+ this.status + "\"}";
		}

	}

	/** Notes in which formats the metrics were served. */
	static final class ScrapeFormats implements Filter {

		private final Set<String> types = ConcurrentHashMap.newKeySet();

		@Override
		public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
				throws IOException, ServletException {
			chain.doFilter(request, response);
			if (request instanceof HttpServletRequest http && http.getRequestURI().equals("/metrics")) {
				this.types.add(response.getContentType().split(";")[0]);
			}
		}

	}

}
