package io.gmicro.pprof;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import io.gmicro.testing.Waits;
import jdk.jfr.Recording;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is counted for as long as the application runs, and what would cost too much.
 */
class CumulativeProfilesTests {

	private static final long LEAST_WAIT = Duration.ofMillis(10).toNanos();

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final CumulativeProfiles profiles = new CumulativeProfiles();

	@AfterEach
	void stop() {
		this.profiles.close();
		this.threads.shutdownNow();
	}

	@Test
	void shortWaitsAreNotCountedEvenWhereAnotherRecordingHasThem() throws Exception {
		try (Recording other = new Recording()) {
			other.enable("jdk.ThreadPark").withoutThreshold();
			other.start();
			long before = parks();
			int longer = 0;
			for (int i = 0; i < 20; i++) {
				longer += (Waits.park(this.threads::execute, Duration.ofMillis(2)) >= LEAST_WAIT) ? 1 : 0;
			}
			for (int i = 0; i < 3; i++) {
				Waits.park(this.threads::execute, Duration.ofMillis(25));
			}
			assertThat(parks() - before).isBetween(3L, 3L + longer);
		}
	}

	private long parks() throws InterruptedException {
		long[] count = new long[1];
		this.profiles.get(EventProfile.BLOCK).forEach((stack, labels, values) -> {
			if (stack.stream().map(Frame::function).anyMatch("io.gmicro.testing.Waits.park"::equals)) {
				count[0] += values[0];
			}
		});
		return count[0];
	}

}
