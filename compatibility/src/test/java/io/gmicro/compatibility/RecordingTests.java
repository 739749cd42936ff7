package io.gmicro.compatibility;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Every request of {@link Probe#ALL} is recorded once and with what the client saw.
 */
class RecordingTests {

	private static final int ROUNDS = 2;

	private static final String SPRING = "http_server_requests_seconds_count";

	private static final String DURATION = "http_server_request_duration_seconds";

	private static final String RESPONSES = "http_server_responses_total";

	private static final String REQUEST_BODY = "http_server_request_body_size_bytes";

	private static final String RESPONSE_BODY = "http_server_response_body_size_bytes";

	private static final String[] ROUTE = { "http_request_method", "http_route" };

	private static final String[] ROUTE_AND_STATUS = { "http_request_method", "http_route",
			"http_response_status_code" };

	private static final List<String> BOUNDS = List.of("0.005", "0.01", "0.025", "0.05", "0.075", "0.1", "0.25", "0.5",
			"0.75", "1.0", "2.5", "5.0", "7.5", "10.0", "+Inf");

	@Test
	void recordsWhatTheClientSaw() {
		try (RunningApplication application = RunningApplication.start(RunningApplication.ENABLED)) {
			verify(application, "");
		}
	}

	@Test
	@Tag("actuator")
	void recordsTheSameWithoutSpringsOwnRecording() {
		try (RunningApplication application = RunningApplication.start(RunningApplication.ENABLED,
				"gmicro.http.spring-observation.enabled=false")) {
			Samples samples = verify(application, "");
			assertThat(samples.has(SPRING)).isFalse();
		}
	}

	@Test
	@Tag("container")
	void recordsTheSameBelowAContextPath() {
		try (RunningApplication application = RunningApplication.start(RunningApplication.ENABLED,
				"server.servlet.context-path=/app", "spring.main.lazy-initialization=true")) {
			verify(application, "/app");
		}
	}

	@Test
	@Tag("container")
	@EnabledForJreRange(min = JRE.JAVA_21)
	void recordsTheSameOnVirtualThreads() {
		try (RunningApplication application = RunningApplication.start(RunningApplication.ENABLED,
				"spring.threads.virtual.enabled=true")) {
			verify(application, "");
		}
	}

	private static Samples verify(RunningApplication application, String contextPath) {
		Container container = Container.of(application.servletContext());
		Map<String, Double> expected = expected(send(application, contextPath), container, contextPath);
		AtomicReference<Samples> last = new AtomicReference<>();
		await().during(Duration.ofMillis(300)).atMost(Duration.ofSeconds(5)).untilAsserted(() -> {
			Samples samples = application.scrape(contextPath + "/metrics");
			last.set(samples);
			assertThat(differences(expected, recorded(samples))).isEmpty();
		});
		Samples samples = last.get();
		assertThat(samples.of("http_server_active_requests", "http_request_method")).isNotEmpty()
			.allSatisfy((method, active) -> assertThat(active).isZero());
		assertThat(samples.bounds(DURATION + "_bucket", ROUTE_AND_STATUS))
			.containsOnlyKeys(samples.of(DURATION + "_count", ROUTE_AND_STATUS).keySet())
			.allSatisfy((series, bounds) -> assertThat(bounds).isEqualTo(BOUNDS));
		assertThat(samples.of("gmicro_observer_errors_total")).containsOnly(Map.entry("", 0.0));
		return samples;
	}

	private static Map<String, Double> expected(Map<Sent, HttpResponse<byte[]>> responses, Container container,
			String contextPath) {
		Map<String, Double> expected = new TreeMap<>();
		responses.forEach((sent, response) -> {
			Probe probe = sent.probe();
			String series = probe.methodAndRoute().replace(" /", " " + contextPath + "/");
			int status = Deviations.status(probe, container);
			assertThat(response.statusCode()).as(probe.toString()).isEqualTo(status);
			if (!probe.longLived()) {
				count(expected, DURATION + "_count " + series + " " + status, 1);
			}
			count(expected, RESPONSES + " " + series + " " + status, 1);
			if (!probe.chunked() && !probe.body().isEmpty()) {
				count(expected, REQUEST_BODY + "_count " + series, 1);
				count(expected, REQUEST_BODY + "_sum " + series, probe.body().length());
			}
			Deviations.bodySize(probe, container, response).ifPresent((size) -> {
				count(expected, RESPONSE_BODY + "_count " + series, 1);
				count(expected, RESPONSE_BODY + "_sum " + series, size);
			});
		});
		return expected;
	}

	private static void count(Map<String, Double> values, String key, double value) {
		values.merge(key, value, Double::sum);
	}

	private static Map<String, Double> recorded(Samples samples) {
		Map<String, Double> recorded = new TreeMap<>();
		for (String name : List.of(DURATION + "_count", RESPONSES)) {
			samples.of(name, ROUTE_AND_STATUS).forEach((labels, value) -> recorded.put(name + " " + labels, value));
		}
		for (String name : List.of(REQUEST_BODY + "_count", REQUEST_BODY + "_sum", RESPONSE_BODY + "_count",
				RESPONSE_BODY + "_sum")) {
			samples.of(name, ROUTE).forEach((labels, value) -> recorded.put(name + " " + labels, value));
		}
		return recorded;
	}

	private static List<String> differences(Map<String, Double> expected, Map<String, Double> recorded) {
		Set<String> keys = new TreeSet<>(expected.keySet());
		keys.addAll(recorded.keySet());
		return keys.stream()
			.filter((key) -> !Objects.equals(expected.get(key), recorded.get(key)))
			.map((key) -> key + ": expected " + expected.get(key) + " but was " + recorded.get(key))
			.toList();
	}

	/** Keeps apart the same probe of two rounds. */
	private record Sent(Probe probe, int round) {
	}

	private static Map<Sent, HttpResponse<byte[]>> send(RunningApplication application, String contextPath) {
		Map<Sent, CompletableFuture<HttpResponse<byte[]>>> slow = new LinkedHashMap<>();
		Map<Sent, HttpResponse<byte[]>> responses = new LinkedHashMap<>();
		for (int round = 0; round < ROUNDS; round++) {
			for (Probe probe : Probe.ALL) {
				CompletableFuture<HttpResponse<byte[]>> response = application.send(probe.method(),
						application.uri(contextPath + probe.path()), probe.publisher());
				if (probe.slow()) {
					slow.put(new Sent(probe, round), response);
				}
				else {
					responses.put(new Sent(probe, round), response.join());
				}
			}
		}
		slow.forEach((sent, response) -> responses.put(sent, response.join()));
		return responses;
	}

}
