package io.gmicro.slow;

import io.gmicro.inflight.Operation;

/**
 * What the watchdog has seen of one request that is slow and still running. Used by the
 * watchdog's thread alone.
 */
final class Story {

	static final String ASYNCHRONOUS = "asynchronous, holds no thread";

	/**
	 * A stack is sampled again when the request has become older by this part of its age.
	 */
	private static final int GROWTH = 4;

	private static final StackTraceElement[] NO_STACK = {};

	private final StackTree stacks;

	private final long startNanos;

	private long lastNanos;

	private long nextNanos;

	private String thread = ASYNCHRONOUS;

	private StackTraceElement[] lastStack = NO_STACK;

	Story(Operation operation) {
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

	void add(Thread thread, StackTraceElement[] stack, long now) {
		this.thread = thread.getName();
		this.lastStack = stack;
		this.stacks.add(stack, now - this.lastNanos);
		this.lastNanos = now;
		postpone(now);
	}

	/** The time after the last sample belongs to what was seen last. */
	StackTree end(long endNanos) {
		this.stacks.extendLatest(Math.max(endNanos - this.lastNanos, 0));
		return this.stacks;
	}

	String thread() {
		return this.thread;
	}

	StackTraceElement[] lastStack() {
		return this.lastStack;
	}

}
