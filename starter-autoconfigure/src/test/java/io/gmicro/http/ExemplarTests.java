package io.gmicro.http;

import java.time.Duration;

import io.gmicro.testing.Container;
import io.gmicro.testing.TestServer;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.prometheus.metrics.tracer.common.SpanContext;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.server.observation.ServerRequestObservationContext;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A bucket of the duration histogram leads to a trace that fell into it.
 */
class ExemplarTests {

	private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

	private static final String SPAN = "00f067aa0ba902b7";

	@ParameterizedTest
	@EnumSource
	void durationHasExemplarWithTheTraceOfItsRequest(Container container) {
		try (TestServer server = TestServer.start(container, Application.class, "gmicro.metrics.enabled=true")) {
			assertThat(server.get("/traced").statusCode()).isEqualTo(200);
			assertThat(server.get("/fails").statusCode()).isEqualTo(500);
			Awaitility.await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
				String scrape = server
					.send("/metrics", (request) -> request.header("Accept", "application/openmetrics-text"))
					.body();
				assertThat(scrape.lines().filter((line) -> line.contains("_bucket{") && line.contains(TRACE)))
					.isNotEmpty()
					.allSatisfy((line) -> assertThat(line).startsWith("http_server_request")
						.contains("# {span_id=\"" + SPAN + "\",trace_id=\"" + TRACE + "\"}"))
					.anySatisfy((line) -> assertThat(line).startsWith("http_server_request_duration_seconds_bucket{")
						.contains("http_route=\"/traced\""))
					.anySatisfy((line) -> assertThat(line).startsWith("http_server_request_duration_seconds_bucket{")
						.contains("http_route=\"/fails\""));
			});
		}
	}

	@Configuration(proxyBeanMethods = false)
	@RestController
	static class Application {

		private final ThreadLocal<Boolean> scope = ThreadLocal.withInitial(() -> false);

		/** As a tracer does. */
		@Bean
		ObservationHandler<ServerRequestObservationContext> tracing() {
			return new ObservationHandler<>() {

				@Override
				public void onScopeOpened(ServerRequestObservationContext context) {
					Application.this.scope.set(true);
				}

				@Override
				public void onScopeClosed(ServerRequestObservationContext context) {
					Application.this.scope.remove();
				}

				@Override
				public boolean supportsContext(Observation.Context context) {
					return context instanceof ServerRequestObservationContext;
				}

			};
		}

		@Bean
		SpanContext spanContext() {
			return new SpanContext() {

				@Override
				public @Nullable String getCurrentTraceId() {
					return Application.this.scope.get() ? TRACE : null;
				}

				@Override
				public @Nullable String getCurrentSpanId() {
					return Application.this.scope.get() ? SPAN : null;
				}

				@Override
				public boolean isCurrentSpanSampled() {
					return true;
				}

				@Override
				public void markCurrentSpanAsExemplar() {
				}

			};
		}

		@GetMapping("/fails")
		String fails() {
			throw new IllegalStateException("planned");
		}

		@GetMapping("/traced")
		String traced() {
			return "traced";
		}

	}

}
