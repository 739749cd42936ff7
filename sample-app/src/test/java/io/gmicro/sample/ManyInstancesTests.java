package io.gmicro.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

/**
 * Three instances of the sample: one crashes and comes back at its port, one is replaced
 * by another at a port of its own, one goes on. What Prometheus and a long-term store say
 * about all of them is compared with the requests that were sent.
 */
class ManyInstancesTests {

	private static final Path REMOTE_WRITE = Path.of("../deploy/remote-write/remote-write.yml");

	private static final String FAMILY = "http_server_request_duration_seconds";

	private static final String ROUTE = "{http_route=\"/slow\"}";

	private static final String COUNT = FAMILY + "_count" + ROUTE;

	private static final String BUCKETS = FAMILY + "_bucket" + ROUTE;

	/** Sent to an instance before counting begins. */
	private static final int WARM_UP = 10;

	/** As many scrapes, so that no series is only a moment old. */
	private static final int ROUNDS = 3;

	private static final int FAST_A_ROUND = 14;

	private static final int SLOW_A_ROUND = 3;

	/** How much more extrapolation may make of the youngest series. */
	private static final double EXTRAPOLATION = 1.35;

	/** Sent to the new instance before Prometheus has seen it. */
	private static final int UNSEEN = 5;

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	@TempDir
	private static Path directory;

	private static final List<AutoCloseable> started = new ArrayList<>();

	private static final TreeMap<Double, Double> expectedBuckets = new TreeMap<>();

	private static PrometheusServer prometheus;

	private static VictoriaMetrics store;

	/** The one that goes on. */
	private static String steady;

	/** Requests that were sent between the start and the end, to all instances. */
	private static int sent;

	/** Of these, to the one that goes on. */
	private static int sentToSteady;

	/** When the first of the instances was scraped a second time after the warm-up. */
	private static double start;

	/** When the last of the instances was scraped after the traffic. */
	private static double end;

	@BeforeAll
	static void drive() throws Exception {
		RealTools.find("prometheus");
		store = close(VictoriaMetrics.start(directory));
		CompletableFuture<SampleProcess> first = instance(0);
		CompletableFuture<SampleProcess> second = instance(0);
		CompletableFuture<SampleProcess> third = instance(0);
		SampleProcess crashing = first.join();
		SampleProcess replaced = second.join();
		SampleProcess going = third.join();
		steady = COUNT.replace("{", "{instance=\"127.0.0.1:" + going.port() + "\",");
		PrometheusConfiguration configuration = PrometheusConfiguration.in(directory)
			.targets(crashing.port(), replaced.port(), going.port())
			.section("remote_write", remoteWrite());
		prometheus = close(PrometheusServer.start(directory, ToolServer.freePort(), configuration));

		for (SampleProcess instance : List.of(crashing, replaced)) {
			send(instance, WARM_UP, 0);
		}
		send(going, 20 * WARM_UP, 0);
		scraped(22 * WARM_UP);
		double seen = prometheus.value("max(timestamp(" + COUNT + "))");
		// A store takes a series that it has not seen before to begin at 0
		start = await().atMost(PATIENCE)
			.ignoreExceptions()
			.until(() -> prometheus.value("min(timestamp(" + COUNT + "))"), (time) -> time > seen);
		for (SampleProcess instance : List.of(crashing, replaced, going)) {
			served(instance, -1);
		}

		sent = 0;
		sentToSteady = 0;
		int total = 22 * WARM_UP;
		for (int i = 0; i < ROUNDS; i++) {
			total += send(crashing, FAST_A_ROUND, 0) + send(replaced, FAST_A_ROUND, 0)
					+ sendToSteady(going, FAST_A_ROUND, SLOW_A_ROUND);
			scraped(total);
		}

		served(crashing, 1);
		served(replaced, 1);
		int port = crashing.port();
		crashing.close();
		replaced.close();
		await().atMost(PATIENCE)
			.ignoreExceptions()
			.untilAsserted(() -> assertThat(prometheus.value("up{instance=\"127.0.0.1:" + port + "\"}")).isEqualTo(0));
		CompletableFuture<SampleProcess> again = instance(port);
		CompletableFuture<SampleProcess> other = instance(0);
		sendToSteady(going, FAST_A_ROUND, 0);
		SampleProcess restarted = again.join();
		SampleProcess replacement = other.join();
		send(replacement, UNSEEN, 0);
		configuration.targets(port, replacement.port(), going.port());
		total = 20 * WARM_UP + sentToSteady + UNSEEN + send(restarted, 1, 0);
		scraped(total);
		for (int i = 0; i < ROUNDS; i++) {
			total += send(restarted, FAST_A_ROUND / 2, 0) + send(replacement, FAST_A_ROUND, 0)
					+ sendToSteady(going, FAST_A_ROUND, SLOW_A_ROUND);
			scraped(total);
		}
		end = prometheus.value("max(timestamp(" + COUNT + "))");
		for (SampleProcess instance : List.of(restarted, replacement, going)) {
			served(instance, 1);
		}
	}

	@AfterAll
	static void stop() throws Exception {
		for (AutoCloseable resource : started) {
			resource.close();
		}
	}

	private static <T extends AutoCloseable> T close(T resource) {
		synchronized (started) {
			started.add(resource);
		}
		return resource;
	}

	private static JsonNode remoteWrite() throws IOException {
		JsonNode section = PrometheusConfiguration.read(REMOTE_WRITE).path("remote_write");
		assertThat(section.size()).isEqualTo(1);
		((ObjectNode) section.path(0)).put("url", store.writeUrl());
		return section;
	}

	private static CompletableFuture<SampleProcess> instance(int port) {
		return CompletableFuture.supplyAsync(() -> {
			try {
				return close(SampleProcess.builder(directory)
					.options("-Xmx96m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
					.arguments("--server.port=" + port, "--gmicro.pprof.enabled=false",
							"--spring.main.lazy-initialization=true")
					.start());
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		});
	}

	private static int send(SampleProcess instance, int fast, int slow) throws Exception {
		for (int i = 0; i < fast; i++) {
			assertThat(instance.get("/slow?millis=0").statusCode()).isEqualTo(200);
		}
		for (int i = 0; i < slow; i++) {
			assertThat(instance.get("/slow?millis=600").statusCode()).isEqualTo(200);
		}
		sent += fast + slow;
		return fast + slow;
	}

	private static int sendToSteady(SampleProcess instance, int fast, int slow) throws Exception {
		int added = send(instance, fast, slow);
		sentToSteady += added;
		return added;
	}

	/** Waits until Prometheus has scraped everything that was sent to what runs now. */
	private static void scraped(int total) {
		await().atMost(PATIENCE)
			.ignoreExceptions()
			.untilAsserted(() -> assertThat(prometheus.value("sum(" + COUNT + ")")).isEqualTo(total));
	}

	/** Takes what an instance served into account, or from what is expected. */
	private static void served(SampleProcess instance, int sign) throws Exception {
		new Scrape(instance.get("/metrics").body()).buckets(FAMILY, "http_route=\"/slow\"")
			.forEach((bound, count) -> expectedBuckets.merge(bound, sign * count, Double::sum));
	}

	@Test
	void everyRequestOfTheSteadyInstanceIsCounted() throws Exception {
		assertThat(prometheus.value(steady + " - " + steady + at(start), end)).isEqualTo(sentToSteady);
	}

	/**
	 * Prometheus extrapolates each series to the whole range, at most by little more than
	 * an interval at each end; and it cannot know what a new instance had served before
	 * its first scrape.
	 */
	@Test
	void sumOfRatesStaysRight() throws Exception {
		double seen = sent - UNSEEN;
		assertThat(prometheus.value("sum(increase(" + COUNT + range() + "))", end)).isBetween(seen,
				EXTRAPOLATION * seen);
		double seconds = millis() / 1000.0;
		assertThat(prometheus.value("sum(rate(" + COUNT + range() + "))", end)).isBetween(seen / seconds * 0.999,
				EXTRAPOLATION * seen / seconds);
	}

	/** An instance that goes away looks like a reset of the sum. */
	@Test
	void rateOfTheSumIsWrong() throws Exception {
		assertThat(prometheus.value("increase(sum(" + COUNT + ")" + range().replace("]", ":500ms]") + ")", end))
			.isGreaterThan(1.5 * sent);
	}

	/** A restart makes the sum smaller, whatever was sent. */
	@Test
	void differenceOfTheSumIsWrong() throws Exception {
		assertThat(prometheus.value("sum(" + COUNT + ") - sum(" + COUNT + at(start) + ")", end)).isLessThan(0.7 * sent);
	}

	@Test
	void quantileIsThatOfAllInstances() throws Exception {
		double expected = Scrape.quantile(0.99, expectedBuckets);
		assertThat(expected).as("more than one request in a hundred was slow").isGreaterThan(0.5);
		assertThat(prometheus.value(quantile(), end)).isCloseTo(expected, within(0.01));
	}

	/** Only one of the instances was slow. */
	@Test
	void averageOfQuantilesIsWrong() throws Exception {
		assertThat(prometheus
			.value("avg(histogram_quantile(0.99, sum by (instance, le) (rate(" + BUCKETS + range() + "))))", end))
			.isLessThan(0.7 * Scrape.quantile(0.99, expectedBuckets));
	}

	/**
	 * Its {@code increase} does not extrapolate, and takes a new series to begin at 0.
	 */
	@Test
	void longTermStoreCountsEveryRequest() {
		String cluster = COUNT.replace("{", "{job=\"gmicro-sample\",cluster=\"local\",");
		await().atMost(PATIENCE)
			.untilAsserted(
					() -> assertThat(store.value("sum(increase(" + cluster + range() + "))", end)).hasValue(sent));
	}

	/**
	 * Asked by {@code increase}: the store's {@code rate} is that of the time in which an
	 * instance was there, and so gives those that come and go too much weight.
	 */
	@Test
	void longTermStoreKnowsTheQuantile() {
		double expected = Scrape.quantile(0.99, expectedBuckets);
		await().atMost(PATIENCE)
			.untilAsserted(
					() -> assertThat(store.value(quantile(), end).orElseThrow()).isCloseTo(expected, within(1e-9)));
	}

	private static String quantile() {
		return "histogram_quantile(0.99, sum by (le) (increase(" + BUCKETS + range() + ")))";
	}

	private static long millis() {
		return Math.round((end - start) * 1000);
	}

	/** Holds what was scraped at the start and at the end and in between. */
	private static String range() {
		return "[" + (millis() + 1) + "ms]";
	}

	private static String at(double time) {
		return " @ " + PrometheusServer.seconds(time);
	}

}
