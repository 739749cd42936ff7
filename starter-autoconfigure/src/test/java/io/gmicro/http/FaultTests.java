package io.gmicro.http;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.gmicro.testing.Container;
import io.gmicro.testing.Samples;
import io.gmicro.testing.TestServer;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import jakarta.servlet.ServletContext;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Faults inside the measuring, and applications that come and go: requests are served,
 * the others' numbers are right, and nothing is left behind.
 */
class FaultTests {

	private static final String RESPONSES = "http_server_responses_total";

	private static final String DURATION = "http_server_request_duration_seconds";

	private static final String ERRORS = "gmicro_observer_errors_total";

	private static final String ENABLED = "gmicro.metrics.enabled=true";

	@ParameterizedTest
	@EnumSource
	void whateverAnObserverThrowsRequestsAreServed(Container container) {
		List<Supplier<Throwable>> faults = List.of(() -> new IllegalStateException("planned"),
				() -> new Exception("planned"), () -> new AssertionError("planned"), StackOverflowError::new,
				() -> new OutOfMemoryError("planned"), () -> new NoClassDefFoundError("planned"));
		try (TestServer server = TestServer.start(container, Application.class, ENABLED)) {
			Failing failing = server.context().getBean(Failing.class);
			int expected = 0;
			for (Supplier<Throwable> fault : faults) {
				failing.fault = fault;
				assertThat(server.get("/text").body()).isEqualTo("text");
				assertThat(server.get("/callable").body()).isEqualTo("callable");
				assertThat(server.get("/fail").statusCode()).isEqualTo(500);
				// Start and end each; the callable's suspension and dispatch
				expected += 3 * 2 + 2;
			}
			int errors = expected;
			eventually(server, (samples) -> {
				assertThat(samples.sum(ERRORS)).isEqualTo(errors);
				assertThat(samples.sum(RESPONSES)).isEqualTo(3 * faults.size());
				assertThat(samples.sum(DURATION + "_count")).isEqualTo(3 * faults.size());
				assertThat(samples.sum("http_server_active_requests")).isZero();
			});
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenARegistryRefusesAMeterTheOthersAreRecorded(Container container) {
		try (TestServer server = TestServer.start(container, Refusing.class, ENABLED)) {
			for (int i = 0; i < 10; i++) {
				assertThat(server.get("/text").statusCode()).isEqualTo(200);
			}
			eventually(server, (samples) -> {
				assertThat(samples.sum(RESPONSES)).isEqualTo(10);
				assertThat(samples.hasFamily(DURATION)).isFalse();
				// One for the histogram that was refused, one for memory that ran out
				assertThat(samples.sum(ERRORS)).isEqualTo(20);
				assertThat(samples.sum("http_server_active_requests")).isZero();
			});
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenTheWallClockJumpsDurationsDoNot(Container container) {
		long start = System.nanoTime();
		try (TestServer server = TestServer.start(container, Jumping.class, ENABLED)) {
			for (int i = 0; i < 20; i++) {
				assertThat(server.get("/text").statusCode()).isEqualTo(200);
			}
			eventually(server, (samples) -> {
				assertThat(samples.sum(DURATION + "_count")).isEqualTo(20);
				assertThat(samples.sum(DURATION + "_sum")).isBetween(0.0, (System.nanoTime() - start) / 1e9);
				assertThat(samples.sum("http_server_slow_requests_total")).isZero();
			});
			assertThat(server.context().getBean(JumpingClock.class).jumps).hasPositiveValue();
		}
	}

	@ParameterizedTest
	@EnumSource
	void applicationsInOneJvmDoNotShareAnything(Container container) {
		try (TestServer first = TestServer.start(container, Application.class, ENABLED);
				TestServer second = TestServer.start(container, Application.class, ENABLED)) {
			first.get("/text");
			eventually(first, (samples) -> assertThat(samples.sum(RESPONSES)).isEqualTo(1));
			assertThat(second.scrape().hasFamily("http_server_responses")).isFalse();
			second.get("/text");
			second.get("/text");
			eventually(second, (samples) -> assertThat(samples.sum(RESPONSES)).isEqualTo(2));
			eventually(first, (samples) -> assertThat(samples.sum(RESPONSES)).isEqualTo(1));
		}
		Awaitility.await().untilAsserted(() -> assertThat(ourThreads()).isEmpty());
	}

	@ParameterizedTest
	@EnumSource
	void whenRestartedNothingIsLeftOrRegisteredTwice(Container container) {
		List<Integer> meters = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			try (TestServer server = TestServer.start(container, Application.class, ENABLED,
					"gmicro.http.slow-requests.endpoint.enabled=true")) {
				server.get("/text");
				eventually(server, (samples) -> assertThat(samples.sum(RESPONSES)).isEqualTo(1));
				assertThat(ours(server)).containsExactlyInAnyOrder("ExchangeFilter", "MetricsServlet",
						"SlowRequestsServlet");
				eventually(server,
						(samples) -> assertThat(samples.hasFamily("http_server_response_body_size")).isTrue());
				// Time per route has meters only for requests that were looked at
				meters.add((int) server.context()
					.getBean(MeterRegistry.class)
					.getMeters()
					.stream()
					.filter((meter) -> meter.getId().getName().matches("(http\\.server|gmicro(?!\\.http))\\..*"))
					.count());
			}
			Awaitility.await().untilAsserted(() -> assertThat(ourThreads()).isEmpty());
		}
		assertThat(meters).allMatch(meters.get(0)::equals);
	}

	private static List<String> ours(TestServer server) {
		ServletContext context = server.context().getBean(ServletContext.class);
		return Stream
			.concat(context.getFilterRegistrations().values().stream(),
					context.getServletRegistrations().values().stream())
			.map((registration) -> registration.getClassName())
			.filter((name) -> name.startsWith("io.gmicro."))
			.map((name) -> name.substring(name.lastIndexOf('.') + 1))
			.toList();
	}

	private static List<String> ourThreads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.map(Thread::getName)
			.filter((name) -> name.startsWith("gmicro"))
			.toList();
	}

	private static void eventually(TestServer server, Consumer<Samples> assertions) {
		Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertions.accept(server.scrape()));
	}

	@SuppressWarnings("unchecked")
	private static <E extends Throwable> void raise(Throwable throwable) throws E {
		throw (E) throwable;
	}

	@Configuration(proxyBeanMethods = false)
	@RestController
	static class Application {

		@Bean
		Failing failing() {
			return new Failing();
		}

		@GetMapping("/text")
		String text() {
			return "text";
		}

		@GetMapping("/fail")
		String fail() {
			throw new IllegalStateException("planned");
		}

		@GetMapping("/callable")
		Callable<String> callable() {
			return () -> "callable";
		}

	}

	/** Throws in every method what it is told to. */
	static final class Failing implements ExchangeObserver {

		volatile @org.jspecify.annotations.Nullable Supplier<Throwable> fault;

		@Override
		public void onStart(Exchange exchange) {
			fail();
		}

		@Override
		public void onAsync(Exchange exchange) {
			fail();
		}

		@Override
		public void onDispatch(Exchange exchange, long startNanos) {
			fail();
		}

		@Override
		public void onEnd(Exchange exchange) {
			fail();
		}

		private void fail() {
			Supplier<Throwable> planned = this.fault;
			if (planned != null) {
				FaultTests.<RuntimeException>raise(planned.get());
			}
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Refusing extends Application {

		@Bean
		MeterFilter refusal() {
			return new MeterFilter() {

				@Override
				public Meter.Id map(Meter.Id id) {
					switch (id.getName()) {
						case "http.server.request.duration" -> throw new IllegalArgumentException("planned");
						case "http.server.response.body.size" -> throw new OutOfMemoryError("planned");
						default -> {
							return id;
						}
					}
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Jumping extends Application {

		@Bean
		JumpingClock clock() {
			return new JumpingClock();
		}

	}

	/** A day forth and a day back with every look. */
	static final class JumpingClock implements Clock {

		final AtomicLong jumps = new AtomicLong();

		@Override
		public long wallTime() {
			long day = TimeUnit.DAYS.toMillis(1);
			return System.currentTimeMillis() + ((this.jumps.incrementAndGet() % 2 == 0) ? day : -day);
		}

		@Override
		public long monotonicTime() {
			return System.nanoTime();
		}

	}

}
