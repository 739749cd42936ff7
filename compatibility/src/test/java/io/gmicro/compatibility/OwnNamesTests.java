package io.gmicro.compatibility;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Something else records under a name of gmicro: sums stay exact, and both endpoints
 * answer.
 */
class OwnNamesTests {

	private static final int REQUESTS = 8;

	private static final String OBSERVATION = "management.observations.http.server.requests.name="
			+ "http.server.request.duration";

	@ParameterizedTest
	@ValueSource(strings = { "true", "false" })
	@Tag("actuator")
	void springsObservationDoesNotDouble(String histogram) {
		try (RunningApplication application = RunningApplication.start(RunningApplication.ENABLED, OBSERVATION,
				"management.endpoints.web.exposure.include=*",
				"management.metrics.distribution.percentiles-histogram.http.server.request.duration=" + histogram)) {
			assertExact(application, "/metrics", "/actuator/prometheus");
		}
	}

	@Test
	void meterOfTheApplicationDoesNotDouble() {
		try (RunningApplication application = RunningApplication
			.start(List.of(CompatibilityApplication.class, OwnMeter.class), RunningApplication.ENABLED)) {
			assertExact(application, "/metrics");
		}
	}

	private static void assertExact(RunningApplication application, String... paths) {
		for (int i = 0; i < REQUESTS; i++) {
			assertThat(application.get("/hello/7").statusCode()).isEqualTo(200);
		}
		for (String path : paths) {
			await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
				Samples samples = application.scrape(path);
				for (String name : List.of("http_server_request_duration_seconds_count",
						"http_server_responses_total")) {
					assertThat(samples.of(name, "http_request_method", "http_route", "http_response_status_code"))
						.as(path)
						.isEqualTo(Map.of("GET /hello/{id} 200", (double) REQUESTS));
				}
				assertThat(samples.of("gmicro_scrape_errors_total").values()).containsOnly(0.0);
			});
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnMeter {

		@Bean
		MeterBinder ownTimer() {
			return OwnMeter::record;
		}

		private static void record(MeterRegistry registry) {
			Timer.builder("http.server.request.duration")
				.tag("own", "yes")
				.publishPercentileHistogram()
				.register(registry)
				.record(Duration.ofSeconds(1));
		}

	}

}
