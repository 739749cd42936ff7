package io.gmicro.sampling;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.gmicro.meter.Failures;
import org.jspecify.annotations.Nullable;

/**
 * The picks of a look where a stack stops all threads: their stacks are taken at one
 * moment, if at all. Most looks only see what the threads do. Used only by the sampler
 * thread.
 */
final class StackBatch {

	/** Calls that are enough for most stacks, unless they turn out not to be. */
	private static final int MIN_DEPTH = 64;

	private static final int MAX_DEPTH = 1024;

	private static final int DEEPER = 4;

	/** So many looks without need for the depth reduce it. */
	private static final int SHALLOW_LOOKS = 100;

	/** Time for a thread to get back the CPU that the sampler took from it. */
	private static final long REST = TimeUnit.MICROSECONDS.toNanos(200);

	private final List<Pick> picks = new ArrayList<>();

	private final Explanation explanation;

	private final ThreadClock clock;

	private final StackSource stacks;

	private final Failures failures;

	/** How many innermost calls are taken. */
	private int depth = MIN_DEPTH;

	private int shallowLooks;

	private int taken;

	private long stopped;

	StackBatch(Explanation explanation, ThreadClock clock, StackSource stacks, Failures failures) {
		this.explanation = explanation;
		this.clock = clock;
		this.stacks = stacks;
		this.failures = failures;
	}

	void add(Pick pick) {
		this.picks.add(pick);
	}

	/**
	 * Ends a look.
	 * @param maxStacks the maximum number of stacks to take
	 * @param span the time since the last look
	 * @param follower what receives the stacks, or {@code null}
	 * @return the number of stacks taken
	 */
	int finish(int maxStacks, LookSpan span, @Nullable Follower follower) {
		this.stopped = 0;
		this.taken = 0;
		if (!this.picks.isEmpty()) {
			try {
				finishAll(maxStacks, span, follower);
			}
			catch (Throwable ex) {
				this.failures.add(ex);
			}
			this.picks.clear();
		}
		return this.taken;
	}

	/** For how long all threads were stopped at the last look. */
	long stopped() {
		return this.stopped;
	}

	private void finishAll(int maxStacks, LookSpan span, @Nullable Follower follower) {
		int stacks = Math.min(this.picks.size(), maxStacks);
		StackSource.Taken[] taken = (stacks > 0) ? takeAll(this.picks.subList(0, stacks)) : new StackSource.Taken[0];
		for (int i = 0; i < stacks; i++) {
			Pick pick = this.picks.get(i);
			if (!this.explanation.isServed(pick)) {
				taken[i] = StackSource.Taken.NONE;
			}
			else if (!hasGoneOn(pick, taken[i], stacks)) {
				this.picks.set(i, pick.in(this.clock.stateOf(taken[i].state()), this.clock.time(pick.thread())));
			}
		}
		adaptDepth(taken);
		long rested = rest();
		for (int i = 0; i < this.picks.size(); i++) {
			Pick pick = this.picks.get(i);
			try {
				this.taken += (i < stacks) ? 1 : 0;
				if (i < stacks && (taken[i].calls().length == 0 || !hasGoneOn(pick, taken[i], stacks))) {
					sampled(pick, taken[i], rested, span, follower);
				}
				else {
					this.explanation.seen(pick, stateAfterRest(pick, rested));
				}
			}
			catch (Throwable ex) {
				this.failures.add(ex);
			}
		}
	}

	/** The state of a single thread is read after its stack. */
	private static boolean hasGoneOn(Pick pick, StackSource.Taken stack, int stacks) {
		return stacks == 1 && stack.state() != pick.state().threadState();
	}

	/** A stack of a single thread is always whole. */
	private void adaptDepth(StackSource.Taken[] taken) {
		int longest = 0;
		for (StackSource.Taken stack : taken) {
			longest = Math.max(longest, stack.calls().length);
		}
		if (longest == this.depth) {
			this.depth = Math.min(this.depth * DEEPER, MAX_DEPTH);
		}
		this.shallowLooks = (longest * DEEPER > this.depth) ? 0 : this.shallowLooks + 1;
		if (this.shallowLooks > SHALLOW_LOOKS) {
			this.shallowLooks = 0;
			this.depth = Math.max(this.depth / DEEPER, MIN_DEPTH);
		}
	}

	/** The state is that of the stack, but for the clock. */
	private void sampled(Pick pick, StackSource.Taken stack, long rested, LookSpan span, @Nullable Follower follower) {
		if (stack.calls().length == 0) {
			this.explanation.ended(pick);
			return;
		}
		StackTraceElement[] calls = ThreadSample.inside(stack.calls(), stack.depth(), pick.operation().boundary());
		String activity = this.explanation.follow(pick, calls, stack.state(), span, follower);
		RunState state = stateAfterRest(pick, rested);
		if (state == RunState.NOT_RUNNING && this.explanation.isRunning(calls, stack.state())) {
			// It has run if it does something else now
			boolean same = this.explanation.isServed(pick) && pick.thread().getState() == stack.state();
			state = same ? state : RunState.RUNNING;
		}
		this.explanation.explain(pick, state, activity, calls, false);
	}

	/** The next stop waits for its time even if this one fails. */
	private StackSource.Taken[] takeAll(List<Pick> sampled) {
		long start = System.nanoTime();
		try {
			return this.stacks.take(sampled.stream().map(Pick::thread).toList(), this.depth);
		}
		finally {
			this.stopped = Math.max(System.nanoTime() - start, 1);
		}
	}

	/** Rests so that a thread can run whose CPU the sampler has taken. */
	private long rest() {
		if (this.picks.stream().noneMatch((pick) -> pick.state() == RunState.NOT_RUNNING)) {
			return 0;
		}
		long start = System.nanoTime();
		LockSupport.parkNanos(REST);
		return System.nanoTime() - start;
	}

	/** A wait may also have ended meanwhile: the part of the time decides. */
	private RunState stateAfterRest(Pick pick, long rested) {
		if (pick.state() != RunState.NOT_RUNNING) {
			return pick.state();
		}
		long ran = this.clock.time(pick.thread()) - pick.cpuTime();
		return (ThreadLocalRandom.current().nextLong(Math.max(rested, 1)) < ran) ? RunState.RUNNING
				: RunState.NOT_RUNNING;
	}

}
