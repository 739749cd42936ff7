package io.gmicro.sampling;

import java.util.concurrent.TimeUnit;

/**
 * The time between two looks, which the later one represents.
 *
 * @param now the time of the later look
 * @param elapsed the time since the earlier look, in nanoseconds
 * @param collected the part of it in which garbage collections stopped the process, from
 * 0 to 1
 * @param stoodStill the part of it in which the process stood still, from 0 to 1
 * @param missed the part of it that is too long ago to conclude anything from the later
 * look, from 0 to 1
 */
record LookSpan(long now, long elapsed, double collected, double stoodStill, double missed) {

	/** A look that is later than this shows nothing of the time in between. */
	private static final long LATEST = TimeUnit.MILLISECONDS.toNanos(500);

	/** The part of it that the later look represents, from 0 to 1. */
	double known() {
		return Math.max(1 - this.collected - this.stoodStill - this.missed, 0);
	}

	/**
	 * Divides the time since the earlier look.
	 * @param now the time of the later look
	 * @param elapsed the time since the earlier look
	 * @param intended the time that was intended between the two
	 * @param collectedNanos how long garbage collections stopped the process
	 * @param stoodStillNanos how long the process stood still
	 */
	static LookSpan of(long now, long elapsed, long intended, long collectedNanos, long stoodStillNanos) {
		double whole = Math.max(elapsed, 1);
		double stoodStill = Math.min(stoodStillNanos / whole, 1);
		double collected = Math.min(collectedNanos / whole, 1 - stoodStill);
		double missed = Math.max(1 - stoodStill - collected - (intended + LATEST) / whole, 0);
		return new LookSpan(now, elapsed, collected, stoodStill, missed);
	}

}
