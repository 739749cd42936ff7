package io.gmicro.scrape;

import io.micrometer.core.instrument.Clock;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What time the clock tells.
 */
class CoarseClockTests {

	private final CoarseClock clock = new CoarseClock();

	@Test
	void goesOnWhileItRuns() {
		long start = Clock.SYSTEM.wallTime();
		this.clock.start();
		try (this.clock) {
			Awaitility.await().until(() -> this.clock.wallTime() >= start);
			long first = this.clock.wallTime();
			Awaitility.await().until(() -> this.clock.wallTime() > first);
			assertThat(this.clock.wallTime()).isLessThanOrEqualTo(Clock.SYSTEM.wallTime());
		}
	}

	@Test
	void isExactUnlessItRuns() {
		long before = Clock.SYSTEM.wallTime();
		assertThat(this.clock.wallTime()).isBetween(before, Clock.SYSTEM.wallTime());
		this.clock.start();
		this.clock.close();
		long after = Clock.SYSTEM.wallTime();
		Awaitility.await().until(() -> this.clock.wallTime() >= after + 1000);
	}

	@Test
	void monotonicTimeIsAlwaysExact() {
		this.clock.start();
		try (this.clock) {
			long before = System.nanoTime();
			assertThat(this.clock.monotonicTime()).isBetween(before, System.nanoTime());
		}
	}

	@Test
	void closingEndsTheThread() {
		this.clock.start();
		this.clock.close();
		Awaitility.await()
			.until(() -> Thread.getAllStackTraces()
				.keySet()
				.stream()
				.noneMatch((thread) -> thread.getName().equals("gmicro-clock")));
	}

}
