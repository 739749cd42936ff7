package io.gmicro.sampling;

/**
 * Keeps the time that looks represent close to the exact time, which is known once
 * requests have ended. It differs by chance, and since a sampler that has to wait for a
 * CPU waits until somebody stops running, which is often the end of a request. Time that
 * is missing is unknown, and time in excess is taken off later looks. Used only by the
 * sampler thread.
 */
final class Calibration {

	/** The part of a difference that is made up for until the next comparison. */
	private static final int GAIN = 8;

	/** The part of the recent time that is kept at each comparison. */
	private static final double KEPT = 0.9;

	/** An excess beyond this part of the recent time has another reason. */
	private static final double MAX_EXCESS = 0.1;

	private double represented;

	private double recent;

	private long excess;

	/**
	 * Adds time that a look represents.
	 * @param nanos the time
	 * @return the time to record
	 */
	long add(long nanos) {
		long withheld = Math.min(this.excess, nanos / GAIN);
		this.excess -= withheld;
		this.recent += nanos;
		this.represented += nanos - withheld;
		return nanos - withheld;
	}

	/**
	 * Compares with the exact time.
	 * @param exact the exact time so far, in nanoseconds
	 * @return the time that is missing, to be recorded, or 0
	 */
	long compare(double exact) {
		this.recent *= KEPT;
		this.represented = Math.min(this.represented, exact + MAX_EXCESS * this.recent);
		double missing = exact - this.represented;
		this.excess = (long) Math.max(-missing / GAIN, 0);
		long nanos = (long) Math.max(missing / GAIN, 0);
		this.represented += nanos;
		return nanos;
	}

}
