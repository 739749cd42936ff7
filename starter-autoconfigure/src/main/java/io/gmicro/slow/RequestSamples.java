package io.gmicro.slow;

import io.gmicro.diagnostics.OwnCode;
import io.gmicro.sampling.Pauses;
import io.gmicro.sampling.SamplerActivities;
import org.jspecify.annotations.Nullable;

/**
 * The samples of one request, as a tree of calls and as a {@link Timeline}. The time
 * between two samples belongs to each of them by half, unless the state of the thread was
 * seen in between, but a sample represents only the time around it: between samples that
 * are far apart there is time of which nothing is known. Used only by the sampler thread
 * until it is complete.
 */
final class RequestSamples {

	/** The first sample is due after this fraction of the threshold. */
	static final int FIRST = 40;

	/** Samples that are taken anyway are kept after this fraction of the threshold. */
	static final int EARLIEST = 16 * FIRST;

	/** The next sample is due when the age has grown by this fraction. */
	private static final int GROWTH = 6;

	/** Samples that are closer to each other add nothing. */
	private static final int FINEST = 100;

	/** A sample represents at most this fraction of the age, before and after it. */
	private static final int REACH = 4;

	private final StackTree stacks;

	private final Timeline timeline;

	private final OwnCode own;

	private final long startNanos;

	private final long firstDue;

	private long lastNanos;

	private boolean sampled;

	/** The state of the thread at the last sample. */
	private Thread.@Nullable State state;

	/** Until when it was seen in that state. */
	private long sameUntil;

	/** When it was first seen in another state, or the last sample if it was not. */
	private long changedAt;

	private boolean async;

	private String activity = SamplerActivities.NOT_SAMPLED;

	private @Nullable StackTraceElement call;

	private String thread = RequestText.ASYNCHRONOUS;

	/**
	 * Create an instance without samples.
	 * @param startNanos the start of the request
	 * @param threshold its threshold
	 * @param own the application's own code
	 */
	RequestSamples(long startNanos, long threshold, OwnCode own) {
		this(startNanos, threshold, own, StackTree.MAX_NODES);
	}

	RequestSamples(long startNanos, long threshold, OwnCode own, int maxCalls) {
		this.stacks = new StackTree(maxCalls);
		this.startNanos = startNanos;
		this.lastNanos = startNanos;
		this.sameUntil = startNanos;
		this.changedAt = startNanos;
		this.firstDue = threshold / FIRST;
		this.own = own;
		this.timeline = new Timeline();
	}

	/** Whether the last sample is so long ago that another should be taken. */
	boolean isDue(long now) {
		return now - this.startNanos >= this.firstDue && isApart(now, GROWTH);
	}

	/** Whether another sample is worth keeping. */
	boolean isWelcome(long now) {
		return isApart(now, FINEST);
	}

	private boolean isApart(long now, int fraction) {
		return now - this.lastNanos >= (this.lastNanos - this.startNanos) / fraction;
	}

	/** Notes the state of the thread, between two samples. */
	void seen(Thread.State state, long now) {
		if (this.changedAt == this.lastNanos) {
			if (state == this.state) {
				this.sameUntil = now;
			}
			else {
				this.changedAt = now;
			}
		}
	}

	/** Adds a sample of the stack, innermost call first. */
	void add(Thread thread, String activity, StackTraceElement[] stack, long now, Pauses pauses) {
		this.thread = thread.getName();
		long nanos = advance(now, thread.getState(), pauses);
		this.sampled = true;
		this.async = false;
		this.activity = activity;
		this.call = this.own.callIn(stack);
		this.stacks.add(stack, nanos);
		this.timeline.add(this.activity, this.call, nanos);
	}

	/** Adds that the request holds no thread. */
	void addAsync(long now, Pauses pauses) {
		long nanos = advance(now, null, pauses);
		this.sampled = true;
		this.async = true;
		this.activity = SamplerActivities.ASYNC;
		this.call = null;
		extend(nanos);
	}

	/**
	 * Ends the samples.
	 * @param endNanos the end of the request
	 * @param pauses the pauses of the process
	 */
	void end(long endNanos, Pauses pauses) {
		if (this.thread.equals(RequestText.ASYNCHRONOUS) && !this.sampled) {
			this.async = true;
			this.activity = SamplerActivities.ASYNC;
			extend(pause(endNanos, pauses));
			return;
		}
		long unpaused = pause(endNanos, pauses);
		long represented = Math.min(unpaused, this.sampled ? Math.max(reach(endNanos), same()) : 0);
		extend(represented);
		unknown(unpaused - represented);
		this.lastNanos = endNanos;
	}

	/**
	 * Divides the time since the last sample.
	 * @return the part that belongs to the next sample
	 */
	private long advance(long now, Thread.@Nullable State state, Pauses pauses) {
		long unpaused = pause(now, pauses);
		long before = this.sampled ? Math.min(lasted(unpaused, state), Math.max(reach(this.lastNanos), same())) : 0;
		long rest = this.sampled ? unpaused - lasted(unpaused, state) : unpaused / GROWTH;
		long after = Math.min(rest, isUnchanged(state) ? Math.max(reach(now), same()) : reach(now));
		extend(before);
		unknown(unpaused - before - after);
		this.state = state;
		this.lastNanos = now;
		this.sameUntil = now;
		this.changedAt = now;
		return after;
	}

	/** For how long the last sample lasted, if something else followed until now. */
	private long lasted(long unpaused, Thread.@Nullable State state) {
		if (isUnchanged(state)) {
			return unpaused / 2;
		}
		long same = Math.min(same(), unpaused);
		long changed = (this.changedAt == this.lastNanos) ? unpaused
				: Math.min(this.changedAt - this.lastNanos, unpaused);
		return same + (changed - same) / 2;
	}

	private boolean isUnchanged(Thread.@Nullable State state) {
		return this.changedAt == this.lastNanos && state == this.state;
	}

	/** For how long the last sample is known to have lasted. */
	private long same() {
		return this.sameUntil - this.lastNanos;
	}

	private long reach(long now) {
		return Math.max(now - this.startNanos, this.firstDue) / REACH;
	}

	/** Adds the pauses since the last sample and returns the rest of the time. */
	private long pause(long now, Pauses pauses) {
		long elapsed = Math.max(now - this.lastNanos, 0);
		long stoodStill = Math.min(pauses.between(this.lastNanos, now, false), elapsed);
		long collected = Math.min(pauses.between(this.lastNanos, now, true), elapsed - stoodStill);
		this.stacks.addTime(StackTree.STOOD_STILL, stoodStill);
		this.stacks.addTime(StackTree.COLLECTED, collected);
		this.timeline.add(SamplerActivities.STOOD_STILL, null, stoodStill);
		this.timeline.add(SamplerActivities.GC, null, collected);
		return elapsed - stoodStill - collected;
	}

	/** Adds time to the last sample. */
	private void extend(long nanos) {
		if (this.async) {
			this.stacks.addTime(StackTree.ASYNC, nanos);
		}
		else {
			this.stacks.extendLatest(nanos);
		}
		this.timeline.add(this.activity, this.call, nanos);
	}

	private void unknown(long nanos) {
		this.stacks.addTime(StackTree.NOT_SAMPLED, nanos);
		this.timeline.add(SamplerActivities.NOT_SAMPLED, null, nanos);
	}

	/** Sets the thread that the request ended on, unless it held none. */
	void endedOn(@Nullable String thread) {
		this.thread = (thread != null) ? thread : this.thread;
	}

	StackTree stacks() {
		return this.stacks;
	}

	Timeline timeline() {
		return this.timeline;
	}

	String thread() {
		return this.thread;
	}

}
