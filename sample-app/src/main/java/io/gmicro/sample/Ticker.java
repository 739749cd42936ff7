package io.gmicro.sample;

import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Counts {@code mxshop_test_total} up every two seconds, so that there is something to
 * see before the first request.
 */
@Component
final class Ticker {

	private final Counter ticks;

	Ticker(MeterRegistry registry) {
		this.ticks = Counter.builder("mxshop.test").description("just for test").register(registry);
	}

	@Scheduled(fixedRate = 2, timeUnit = TimeUnit.SECONDS)
	void tick() {
		this.ticks.increment();
	}

}
