package io.gmicro.http;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.gmicro.testing.Container;
import io.gmicro.testing.Samples;
import io.gmicro.testing.TestServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Answers that go on for as long as their client likes are kept apart.
 */
class LongLivedTests {

	private static final String RESPONSES = "http_server_responses_total";

	private static final String DURATIONS = "http_server_request_duration_seconds_count";

	private static final String SLOW = "http_server_slow_requests_total";

	private static final String ACTIVE = "http_server_active_requests";

	@ParameterizedTest
	@EnumSource
	void streamsAreActiveAndCountedButNeitherTimedNorSlow(Container container) throws Exception {
		try (TestServer server = TestServer.start(container, KindsApplication.class, "gmicro.metrics.enabled=true",
				"gmicro.http.slow-requests.threshold=1ms")) {
			CompletableFuture<Void> stream = CompletableFuture.runAsync(() -> server.get("/events/held"));
			Awaitility.await().untilAsserted(() -> assertThat(server.scrape().sum(ACTIVE)).isEqualTo(1));
			assertThat(server.get("/deferred/timeout").statusCode()).isEqualTo(503);
			server.context().getBean(KindsApplication.Events.class).goOn();
			stream.get(20, TimeUnit.SECONDS);
			Awaitility.await().untilAsserted(() -> {
				Samples samples = server.scrape();
				assertThat(Recorded.of(samples, RESPONSES))
					.isEqualTo(Map.of("GET /events/held 200", 1.0, "GET /deferred/timeout 503", 1.0));
				assertThat(Recorded.of(samples, DURATIONS)).isEqualTo(Map.of("GET /deferred/timeout 503", 1.0));
				assertThat(Recorded.of(samples, SLOW)).isEqualTo(Map.of("GET /deferred/timeout 503", 1.0));
				assertThat(samples.sum(ACTIVE)).isZero();
			});
		}
	}

	/**
	 * Tomcat now and then never completes such a request, with or without gmicro: it
	 * stays in flight then.
	 */
	@ParameterizedTest
	@EnumSource
	void streamsWhoseClientsHaveGoneAreOverOrStillActive(Container container) throws Exception {
		int streams = 5;
		try (TestServer server = TestServer.start(container, KindsApplication.class, "gmicro.metrics.enabled=true",
				"server.shutdown=immediate")) {
			for (int i = 0; i < streams; i++) {
				Senders.goneDuringEvents(server);
			}
			Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
				Samples samples = server.scrape();
				Map<String, Double> ended = Recorded.of(samples, RESPONSES);
				assertThat(ended).containsOnlyKeys("GET /events/endless 499");
				assertThat(Recorded.sum(ended)).isBetween((container == Container.TOMCAT) ? 1.0 : streams,
						(double) streams);
				assertThat(Recorded.sum(ended) + samples.sum(ACTIVE)).isEqualTo(streams);
				assertThat(Recorded.of(samples, DURATIONS)).isEmpty();
			});
		}
	}

	@ParameterizedTest
	@EnumSource
	void whatIsLongLivedCanBeSet(Container container) {
		try (TestServer server = TestServer.start(container, KindsApplication.class, "gmicro.metrics.enabled=true",
				"gmicro.http.long-lived.content-types=application/octet-stream")) {
			server.get("/events");
			server.get("/download");
			Awaitility.await().untilAsserted(() -> {
				Samples samples = server.scrape();
				assertThat(Recorded.of(samples, RESPONSES)).containsOnlyKeys("GET /events 200", "GET /download 200");
				assertThat(Recorded.of(samples, DURATIONS)).containsOnlyKeys("GET /events 200");
			});
		}
	}

}
