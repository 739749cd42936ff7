package io.gmicro.http;

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
