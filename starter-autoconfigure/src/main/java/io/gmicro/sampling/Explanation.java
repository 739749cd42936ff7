package io.gmicro.sampling;

import io.gmicro.activity.Activities;
import io.gmicro.inflight.ActiveOperations;
import org.jspecify.annotations.Nullable;

/**
 * Records what stacks say about the time that picked operations represent. Used only by
 * the sampler thread.
 */
final class Explanation {

	private final ActiveOperations active;

	private final @Nullable TimePerRoute time;

	private final Activities activities;

	Explanation(ActiveOperations active, @Nullable TimePerRoute time, Activities activities) {
		this.active = active;
		this.time = time;
		this.activities = activities;
	}

	/** Whether the thread still serves the operation. */
	boolean isServed(Pick pick) {
		return pick.operation().thread() == pick.thread() && this.active.contains(pick.operation());
	}

	/** What its state tells is known, as from a stack. */
	void ended(Pick pick) {
		if (this.time != null && pick.nanos() > 0) {
			RunState state = pick.state();
			this.time.sampled(pick.operation(), state, state.activity(), StackSource.NONE, pick.nanos());
		}
	}

	/** Passes a stack on, and returns its activity. */
	String follow(Pick pick, StackTraceElement[] calls, Thread.State state, LookSpan span,
			@Nullable Follower follower) {
		String activity = this.activities.of(calls, state);
		if (follower != null) {
			follower.sampled(pick.operation(), pick.thread(), activity, calls, span.now());
		}
		return activity;
	}

	/** Records the time of a pick as that of a stack. */
	void explain(Pick pick, RunState state, String activity, StackTraceElement[] calls, boolean prompt) {
		if (this.time != null && pick.nanos() > 0) {
			boolean waitsForCpu = activity.equals(Activities.CPU) && state == RunState.NOT_RUNNING && !prompt;
			this.time.sampled(pick.operation(), state, waitsForCpu ? SamplerActivities.RUNNABLE : activity, calls,
					pick.nanos());
		}
	}

	/** Leaves the time of a pick to the next stack in the same state. */
	void seen(Pick pick, RunState state) {
		if (this.time != null && pick.nanos() > 0) {
			this.time.seen(pick.operation(), state, pick.nanos());
		}
	}

	boolean isRunning(StackTraceElement[] calls, Thread.State state) {
		return this.activities.isRunning(calls, state);
	}

}
