package io.gmicro.recorder;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * The profiles of a time span that has ended.
 *
 * @param start the wall-clock time of its start
 * @param startNanos a reading of {@link System#nanoTime()} at its start
 * @param endNanos a reading of {@link System#nanoTime()} at its end
 * @param profiles the profiles, compressed with gzip
 */
record HistoryWindow(Instant start, long startNanos, long endNanos, Map<ProfileKind, byte[]> profiles) {

	/** Of the objects, in bytes. */
	private static final int OVERHEAD = 512;

	Duration length() {
		return Duration.ofNanos(this.endNanos - this.startNanos);
	}

	Instant end() {
		return this.start.plus(length());
	}

	/** How much of another time span it covers, in nanoseconds. */
	long overlap(long fromNanos, long toNanos) {
		long start = Math.max(this.startNanos - fromNanos, 0);
		long end = Math.min(this.endNanos - fromNanos, toNanos - fromNanos);
		return Math.max(end - start, 0);
	}

	/** The memory that it takes. */
	long bytes() {
		return OVERHEAD + this.profiles.values().stream().mapToLong((profile) -> profile.length).sum();
	}

}
