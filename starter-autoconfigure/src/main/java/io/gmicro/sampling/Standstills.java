package io.gmicro.sampling;

/**
 * The last times for which the whole process stood still. Used by the watchdog's thread
 * alone.
 */
final class Standstills {

	private static final int KEPT = 16;

	private final long[] starts = new long[KEPT];

	private final long[] ends = new long[KEPT];

	private int next;

	void add(long startNanos, long endNanos) {
		this.starts[this.next] = startNanos;
		this.ends[this.next] = endNanos;
		this.next = (this.next + 1) % KEPT;
	}

	/**
	 * For how long it stood still within a time.
	 * @param startNanos when the time begins
	 * @param endNanos when it ends
	 * @return the duration in nanoseconds
	 */
	long between(long startNanos, long endNanos) {
		long sum = 0;
		for (int i = 0; i < KEPT; i++) {
			if (this.ends[i] != this.starts[i]) {
				long start = Math.max(this.starts[i] - startNanos, 0);
				long end = Math.min(this.ends[i] - startNanos, endNanos - startNanos);
				sum += Math.max(end - start, 0);
			}
		}
		return sum;
	}

}
