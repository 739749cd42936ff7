package io.gmicro.recorder;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import io.gmicro.jfr.ProfilingException;
import io.gmicro.profile.Frame;
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

	@Test
	void waitForMonitorKeepsItsStackThoughProfilesAreReadMeanwhile() throws Exception {
		Waits.forMonitor(this.threads::execute, () -> {
			read();
			read();
		});
		assertThat(calls(EventProfile.MUTEX, "io.gmicro.testing.Waits.enter")).isOne();
		assertThat(calls(EventProfile.MUTEX, "[no stack]")).isZero();
	}

	private void read() {
		try {
			this.profiles.get(EventProfile.MUTEX);
		}
		catch (ProfilingException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private long parks() throws Exception {
		return calls(EventProfile.BLOCK, "io.gmicro.testing.Waits.park");
	}

	private long calls(EventProfile profile, String function) throws Exception {
		long[] count = new long[1];
		this.profiles.get(profile).forEach((stack, labels, values) -> {
			if (stack.stream().map(Frame::function).anyMatch(function::equals)) {
				count[0] += values[0];
			}
		});
		return count[0];
	}

}
