package io.gmicro.recorder;

import java.time.Duration;
import java.util.Map;

/**
 * The shortest wait for a signal or a result that is recorded all the time. Threads of a
 * busy server wait for their next request all the time, so the threshold follows the
 * number of recorded waits. Not thread-safe.
 */
final class WaitThreshold {

	private static final Duration SHORTEST = Duration.ofMillis(20);

	private static final Duration LONGEST = Duration.ofMillis(1280);

	/** Waits per second above which the threshold is doubled. */
	private static final int MANY = 200;

	/** Waits per second below which the threshold is halved. */
	private static final int FEW = 20;

	private Duration threshold = Duration.ofMillis(160);

	/**
	 * Adapts the threshold.
	 * @param waits the number of waits that were recorded
	 * @param time during which they were recorded
	 * @return whether it has changed
	 */
	boolean adapt(int waits, Duration time) {
		Duration before = this.threshold;
		double perSecond = waits * 1e3 / Math.max(time.toMillis(), 1);
		if (perSecond > MANY && before.compareTo(LONGEST) < 0) {
			this.threshold = before.multipliedBy(2);
		}
		else if (perSecond < FEW && before.compareTo(SHORTEST) > 0) {
			this.threshold = before.dividedBy(2);
		}
		return !before.equals(this.threshold);
	}

	/** The settings of an event of a wait. */
	Map<String, String> settings() {
		return Map.of("threshold", this.threshold.toMillis() + " ms");
	}

	@Override
	public String toString() {
		return this.threshold.toMillis() + " ms";
	}

}
