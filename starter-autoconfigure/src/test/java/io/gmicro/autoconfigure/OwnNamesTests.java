package io.gmicro.autoconfigure;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

import io.gmicro.testing.Container;
import io.gmicro.testing.Samples;
import io.gmicro.testing.TestServer;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.LongTaskTimer;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.config.MeterFilter;
import jakarta.servlet.http.HttpServletResponse;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.server.observation.OpenTelemetryServerRequestObservationConvention;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Applications that record something of their own under a name of gmicro.
 */
@ExtendWith(OutputCaptureExtension.class)
class OwnNamesTests {

	private static final int REQUESTS = 8;

	private static final String DURATION = "http_server_request_duration_seconds";

	private static final String HISTOGRAM = "management.metrics.distribution.percentiles-histogram."
			+ "http.server.request.duration=true";

	private static final String REFUSED = "Not recorded: the meter ";

	@ParameterizedTest
	@CsvSource({ "TOMCAT, false", "TOMCAT, true", "JETTY, false", "JETTY, true" })
	void conventionOfOpenTelemetryDoesNotDouble(Container container, boolean histogram, CapturedOutput output) {
		try (TestServer server = start(container, Convention.class, histogram ? HISTOGRAM : "a=b")) {
			assertExact(server);
		}
		assertThat(output.getAll()).containsOnlyOnce(REFUSED)
			.contains("http.server.request.duration with the tags")
			.contains("gmicro.http.request-duration.enabled=false");
	}

	@ParameterizedTest
	@EnumSource
	void nameOfSpringsObservationDoesNotDouble(Container container, CapturedOutput output) {
		try (TestServer server = start(container, Application.class,
				"management.observations.http.server.requests.name=http.server.request.duration")) {
			assertExact(server);
		}
		assertThat(output.getAll()).containsOnlyOnce(REFUSED);
	}

	@Test
	void filterThatRenamesSpringsTimerDoesNotDouble() {
		try (TestServer server = start(Container.TOMCAT, Renaming.class, HISTOGRAM)) {
			assertExact(server);
		}
	}

	static List<Consumer<MeterRegistry>> foreign() {
		return List.of((registry) -> Timer.builder("http.server.request.duration").tag("a", "b").register(registry),
				(registry) -> registry.timer("http.server.request.duration").record(Duration.ofMillis(1)),
				(registry) -> Timer.builder("http.server.request.duration")
					.description("of something else")
					.tags("http.request.method", "GET", "http.route", "/other", "http.response.status_code", "200")
					.serviceLevelObjectives(Duration.ofMillis(5))
					.register(registry)
					.record(1, TimeUnit.SECONDS),
				(registry) -> registry.timer("http_server_request_duration_seconds").record(1, TimeUnit.SECONDS),
				(registry) -> DistributionSummary.builder("http.server.request.duration")
					.baseUnit("seconds")
					.register(registry)
					.record(1),
				(registry) -> LongTaskTimer.builder("http.server.request.duration").register(registry).start(),
				(registry) -> registry.gauge("http.server.request.duration.seconds", 1),
				(registry) -> registry.gauge("http.server.request.duration.seconds.max", 1),
				(registry) -> registry.counter("http.server.responses").increment(),
				(registry) -> Counter.builder("http_server_responses_total")
					.tag("a", "b")
					.register(registry)
					.increment(),
				(registry) -> FunctionCounter.builder("http.server.responses", 3, Integer::doubleValue)
					.register(registry),
				(registry) -> Gauge.builder("http.server.active_requests", () -> 7).register(registry),
				(registry) -> registry.summary("http.server.response.body.size.bytes").record(5),
				(registry) -> registry.counter("http.server.aborted.responses", "a", "b").increment(),
				(registry) -> registry.counter("http.server.slow.requests", "a", "b").increment());
	}

	@ParameterizedTest
	@MethodSource("foreign")
	void meterOfTheApplicationDoesNotDouble(Consumer<MeterRegistry> foreign) {
		Own.meters = foreign;
		try (TestServer server = start(Container.TOMCAT, Own.class)) {
			assertExact(server);
			foreign.accept(server.context().getBean(MeterRegistry.class));
			assertExact(server, 2 * REQUESTS);
		}
	}

	@Test
	void manyMetersOfOneNameAreReportedOnce(CapturedOutput output) {
		Own.meters = (registry) -> {
			for (int i = 0; i < 100; i++) {
				registry.counter("http.server.responses", "number", Integer.toString(i)).increment();
			}
		};
		try (TestServer server = start(Container.TOMCAT, Own.class)) {
			assertExact(server);
		}
		assertThat(output.getAll()).containsOnlyOnce(REFUSED);
	}

	@Test
	void whatGmicroDoesNotRecordIsFree(CapturedOutput output) {
		try (TestServer server = start(Container.TOMCAT, Convention.class,
				"gmicro.http.request-duration.enabled=false")) {
			requests(server);
			Awaitility.await()
				.untilAsserted(
						() -> assertThat(server.scrape().sum(DURATION + "_count")).isGreaterThanOrEqualTo(REQUESTS));
			assertThat(server.get("/metrics").body()).contains("url_scheme=\"http\"");
		}
		try (TestServer server = start(Container.TOMCAT, Convention.class, "gmicro.metrics.naming=gmicro")) {
			requests(server);
			Awaitility.await()
				.untilAsserted(() -> assertThat(server.get("/metrics").body()).contains("url_scheme=\"http\""));
		}
		assertThat(output.getAll()).doesNotContain(REFUSED);
	}

	@Test
	void everythingOfGmicroIsRecorded(CapturedOutput output) {
		try (TestServer server = start(Container.TOMCAT, Application.class,
				"gmicro.http.slow-requests.routes[/slow]=1ms", "gmicro.http.unique-clients.enabled=true",
				"management.metrics.tags.region=north")) {
			server.send("/slow",
					(request) -> request.method("GET", java.net.http.HttpRequest.BodyPublishers.ofString("body")));
			assertThatException().isThrownBy(() -> server.get("/broken"));
			Awaitility.await().untilAsserted(() -> {
				Set<String> names = server.context()
					.getBean(MeterRegistry.class)
					.getMeters()
					.stream()
					.map((meter) -> meter.getId().getName())
					.filter((name) -> name.startsWith("http.server.") && !name.startsWith("http.server.requests"))
					.collect(Collectors.toSet());
				GmicroProperties properties = server.context().getBean(GmicroProperties.class);
				assertThat(names).isEqualTo(OwnNames.ofRequests(properties).names());
			});
		}
		assertThat(output.getAll()).doesNotContain(REFUSED);
	}

	@Test
	void filterMayChangeDescriptions(CapturedOutput output) {
		try (TestServer server = start(Container.TOMCAT, Describing.class)) {
			assertExact(server);
			assertThat(server.get("/metrics").body()).contains("# HELP " + DURATION + " of the house");
		}
		assertThat(output.getAll()).doesNotContain(REFUSED);
	}

	private static void assertExact(TestServer server) {
		assertExact(server, REQUESTS);
	}

	private static void assertExact(TestServer server, int expected) {
		requests(server);
		for (String path : List.of("/metrics", "/actuator/prometheus")) {
			Awaitility.await().untilAsserted(() -> {
				HttpResponse<String> response = server.get(path);
				assertThat(response.statusCode()).isEqualTo(200);
				Samples samples = Samples.parse(response.body());
				List<ToDoubleFunction<Samples>> counts = new ArrayList<>(
						List.of((s) -> s.sum(DURATION + "_count"), (s) -> s.sum("http_server_responses_total")));
				assertThat(counts).extracting((count) -> count.applyAsDouble(samples)).containsOnly((double) expected);
				assertThat(samples.sum("http_server_active_requests")).isZero();
				assertThat(samples.sum("http_server_response_body_size_bytes_count")).isEqualTo(expected);
				assertThat(samples.sum("http_server_slow_requests_total")).isZero();
				assertThat(samples.sum("http_server_aborted_responses_total")).isZero();
				assertThat(samples.sum("gmicro_scrape_errors_total")).isZero();
				assertThat(samples.sum("gmicro_observer_errors_total")).isZero();
			});
		}
	}

	private static void requests(TestServer server) {
		for (int i = 0; i < REQUESTS; i++) {
			assertThat(server.get("/hello").body()).isEqualTo("hello");
		}
	}

	private static TestServer start(Container container, Class<?> application, String... properties) {
		List<String> all = new ArrayList<>(List.of("gmicro.metrics.enabled=true",
				"management.endpoints.web.exposure.include=prometheus", "gmicro.http.slow-requests.threshold=1m"));
		all.addAll(List.of(properties));
		return TestServer.start(container, application, all.toArray(String[]::new));
	}

	@Configuration(proxyBeanMethods = false)
	@RestController
	static class Application {

		@GetMapping("/hello")
		String hello() {
			return "hello";
		}

		@GetMapping("/broken")
		void broken(HttpServletResponse response) throws IOException {
			response.getOutputStream().print("begun");
			response.flushBuffer();
			throw new IllegalStateException("planned");
		}

		@GetMapping("/slow")
		String slow() throws InterruptedException {
			Thread.sleep(3);
			return "slow";
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Convention extends Application {

		@Bean
		OpenTelemetryServerRequestObservationConvention convention() {
			return new OpenTelemetryServerRequestObservationConvention();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Renaming extends Application {

		@Bean
		MeterFilter renaming() {
			return new MeterFilter() {

				@Override
				public Meter.Id map(Meter.Id id) {
					return id.getName().equals("http.server.requests") ? id.withName("http.server.request.duration")
							: id;
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Describing extends Application {

		@Bean
		MeterFilter describing() {
			return new MeterFilter() {

				@Override
				public Meter.Id map(Meter.Id id) {
					return new Meter.Id(id.getName(), Tags.of(id.getTagsAsIterable()), id.getBaseUnit(), "of the house",
							id.getType());
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Own extends Application {

		static Consumer<MeterRegistry> meters = (registry) -> {
		};

		@Bean
		MeterBinder own() {
			return meters::accept;
		}

	}

}
