package io.gmicro.sampling;

import io.gmicro.inflight.Operation;

/**
 * The samples of one slow request that is still running. Used only by the watchdog
 * thread.
 */
final class RequestSamples {

	/** The next sample is due when the age has grown by this fraction. */
	private static final int GROWTH = 4;

	private final StackTree stacks = new StackTree();

	private final long startNanos;

	private long lastNanos;

	private long nextNanos;

	private String thread = RequestText.ASYNCHRONOUS;

	private long stoodStill;

	RequestSamples(Operation operation) {
		this.startNanos = operation.startNanos();
		this.lastNanos = operation.startNanos();
		this.nextNanos = operation.startNanos();
	}

	boolean isDue(long now) {
		return now - this.nextNanos >= 0;
	}

	/** Schedules the next sample. */
	void postpone(long now) {
		this.nextNanos = now + (now - this.startNanos) / GROWTH;
	}

	void add(ThreadSample sample, long now, Standstills standstills) {
		this.thread = sample.thread().getName();
		this.stacks.add(sample.stack(), sinceLast(now, standstills));
		postpone(now);
	}

	/** The time since the last sample, except while the process stood still. */
	private long sinceLast(long now, Standstills standstills) {
		long still = standstills.between(this.lastNanos, now);
		long nanos = Math.max(now - this.lastNanos, 0) - still;
		this.stoodStill += still;
		this.lastNanos = now;
		return nanos;
	}

	/** Ends the samples. The time since the last sample is added to its stack. */
	StackTree end(long endNanos, Standstills standstills) {
		this.stacks.extendLatest(sinceLast(endNanos, standstills));
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
