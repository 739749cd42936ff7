package io.gmicro.sampling;

import io.gmicro.inflight.Operation;

/**
 * What the watchdog has seen of one request that is slow and still running. Used by the
 * watchdog's thread alone.
 */
final class RequestSamples {

	/**
	 * A stack is sampled again when the request has become older by this part of its age.
	 */
	private static final int GROWTH = 4;

	private final StackTree stacks;

	private final long startNanos;

	private long lastNanos;

	private long nextNanos;

	private String thread = RequestText.ASYNCHRONOUS;

	private long stoodStill;

	RequestSamples(Operation operation) {
		this.stacks = new StackTree(operation.boundary());
		this.startNanos = operation.startNanos();
		this.lastNanos = operation.startNanos();
		this.nextNanos = operation.startNanos();
	}

	boolean isDue(long now) {
		return now - this.nextNanos >= 0;
	}

	/** Nothing was seen, so look again after a while. */
	void postpone(long now) {
		this.nextNanos = now + (now - this.startNanos) / GROWTH;
	}

	void add(Thread thread, StackTraceElement[] stack, long now, Standstills standstills) {
		this.thread = thread.getName();
		this.stacks.add(stack, seen(now, standstills));
		postpone(now);
	}

	/** The time up to now without that in which the process stood still. */
	private long seen(long now, Standstills standstills) {
		long still = standstills.between(this.lastNanos, now);
		long seen = Math.max(now - this.lastNanos, 0) - still;
		this.stoodStill += still;
		this.lastNanos = now;
		return seen;
	}

	/** The time after the last sample belongs to what was seen last. */
	StackTree end(long endNanos, Standstills standstills) {
		this.stacks.extendLatest(seen(endNanos, standstills));
		this.stacks.addStandstill(this.stoodStill);
		return this.stacks;
	}

	StackTree stacks() {
		return this.stacks;
	}

	String thread() {
		return this.thread;
	}

}
