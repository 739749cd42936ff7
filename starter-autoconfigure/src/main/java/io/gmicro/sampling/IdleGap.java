package io.gmicro.sampling;

import io.gmicro.inflight.Operation;

/**
 * The last time for which the sampler slept longer because nothing was in flight. The
 * look that ends it represents all of it for each operation it meets, so later looks must
 * not represent the same part of these operations again. Used only by the sampler thread.
 */
final class IdleGap {

	/** Without it, the length of a gap would depend on what the last look has seen. */
	private static final int IDLE_LOOKS = 50;

	private int emptyLooks;

	private boolean sleeping;

	private long end;

	private long length;

	/**
	 * Notes a look.
	 * @param span the time since the look before
	 * @param inFlight the number of operations in flight
	 */
	void look(LookSpan span, int inFlight) {
		if (this.sleeping && inFlight > 0) {
			this.end = span.now();
			this.length = (long) (span.elapsed() * (1 - span.stoodStill()));
		}
		this.emptyLooks = (inFlight > 0) ? 0 : this.emptyLooks + 1;
		this.sleeping = this.emptyLooks > IDLE_LOOKS;
	}

	/** Whether there has been nothing in flight for a while. */
	boolean isIdle() {
		return this.sleeping;
	}

	/**
	 * The time of an operation that a look represents.
	 * @param operation an operation in flight
	 * @param span the time since the look before
	 * @return the time in nanoseconds
	 */
	long represented(Operation operation, LookSpan span) {
		long sinceEnd = this.end - operation.startNanos();
		boolean startedInGap = this.length > 0 && sinceEnd >= 0 && sinceEnd <= this.length;
		if (!startedInGap || span.now() == this.end) {
			return span.elapsed();
		}
		return (span.now() - operation.startNanos() > this.length) ? span.elapsed() : 0;
	}

}
