package io.gmicro.http;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.simple.CountingMode;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The first failure of an observer is logged, whatever the registry makes of its counter.
 */
@ExtendWith(OutputCaptureExtension.class)
class ObserverFailureTests {

	private static final MockClock CLOCK = new MockClock();

	static Stream<MeterRegistry> registries() {
		MeterRegistry denying = new SimpleMeterRegistry();
		denying.config().meterFilter(MeterFilter.denyNameStartsWith("gmicro.observer.errors"));
		return Stream.of(new SimpleMeterRegistry(), denying, stepping(), new CompositeMeterRegistry());
	}

	/** Its counters are 0 until a step is over. */
	private static MeterRegistry stepping() {
		return new SimpleMeterRegistry(new SimpleConfig() {

			@Override
			public CountingMode mode() {
				return CountingMode.STEP;
			}

			@Override
			public Duration step() {
				return Duration.ofHours(1);
			}

			@Override
			public @Nullable String get(String key) {
				return null;
			}

		}, (Clock) CLOCK);
	}

	@ParameterizedTest
	@MethodSource("registries")
	void onlyTheFirstFailureIsLogged(MeterRegistry registry, CapturedOutput output) throws Exception {
		ExchangeFilter filter = new ExchangeFilter(List.of((exchange) -> {
			throw new IllegalStateException("planned");
		}), List.of(), 10, registry);
		for (int i = 0; i < 5; i++) {
			filter.doFilter(new MockHttpServletRequest("GET", "/"), new MockHttpServletResponse(),
					new MockFilterChain());
		}
		assertThat(output.getAll().split("Observing an HTTP exchange failed", -1)).hasSize(2);
	}

}
