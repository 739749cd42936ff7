package io.gmicro.capture;

import java.util.concurrent.TimeUnit;

/**
 * Readings of the last minute, one for each second. Not thread-safe.
 */
final class LastMinute {

	private static final int READINGS = 60;

	private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

	/** Readings are about a second apart. */
	private static final long TOLERANCE = TimeUnit.SECONDS.toNanos(1);

	private final long[] times = new long[READINGS + 1];

	private final long[] values = new long[READINGS + 1];

	private long count;

	/**
	 * Adds a reading.
	 * @param now its time
	 * @param value a total that does not decrease
	 */
	void add(long now, long value) {
		int next = (int) (this.count++ % this.times.length);
		this.times[next] = now;
		this.values[next] = value;
	}

	private int oldest(long now) {
		int oldest = (int) ((this.count - 1) % this.times.length);
		for (long i = Math.max(this.count - this.times.length, 0); i < this.count; i++) {
			int position = (int) (i % this.times.length);
			if (now - this.times[position] <= MINUTE + TOLERANCE) {
				return position;
			}
		}
		return oldest;
	}

	/** How much the total has grown since the oldest reading of the last minute. */
	long growth(long now) {
		return this.values[(int) ((this.count - 1) % this.times.length)] - this.values[oldest(now)];
	}

	/** The time since the oldest reading of the last minute. */
	long span(long now) {
		return now - this.times[oldest(now)];
	}

	/** Whether there are readings of a whole minute. */
	boolean isComplete(long now) {
		return span(now) >= MINUTE - TOLERANCE;
	}

}
