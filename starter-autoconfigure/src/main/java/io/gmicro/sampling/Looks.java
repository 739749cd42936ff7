package io.gmicro.sampling;

import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import io.gmicro.activity.Activities;
import io.gmicro.inflight.ActiveOperations;
import io.gmicro.inflight.Operation;
import io.gmicro.meter.Failures;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the operations in flight. Of those that hold a thread at most
 * {@value #MAX_PICKS} are picked at random, and each represents its share of the time
 * that all of them spent since the last look. So the represented time adds up to the time
 * that operations spend, whichever are picked (Little's law). A stack is taken as soon as
 * its operation is picked, and counts only if the thread still serves it afterwards. Used
 * only by the sampler thread.
 */
final class Looks {

	static final int MAX_PICKS = 8;

	/** With those of operations that may turn out follower. */
	static final int MAX_STACKS = 2 * MAX_PICKS;

	/** Operations that hold no thread need no stack. */
	private static final int MAX_ASYNC_PICKS = 16;

	/**
	 * A sampler that waits longer for a stack waits until the thread gets a CPU. What it
	 * needs itself to read the stack does not count.
	 */
	private static final long PROMPT = TimeUnit.MILLISECONDS.toNanos(1);

	private final Selection attached = new Selection(MAX_PICKS);

	private final Selection detached = new Selection(MAX_ASYNC_PICKS);

	private final StackBatch batch;

	private final Explanation explanation;

	private final ActiveOperations active;

	private final @Nullable TimePerRoute time;

	private final ThreadClock clock;

	private final StackSource stacks;

	private final Failures failures;

	private final IdleGap idle = new IdleGap();

	private int stacksLeft;

	private int taken;

	Looks(ActiveOperations active, @Nullable TimePerRoute time, Activities activities, ThreadClock clock,
			StackSource stacks, Failures failures) {
		this.active = active;
		this.time = time;
		this.clock = clock;
		this.stacks = stacks;
		this.failures = failures;
		this.explanation = new Explanation(active, time, activities);
		this.batch = new StackBatch(this.explanation, clock, stacks, failures);
	}

	/**
	 * Looks once. An exception at one operation does not affect the others.
	 * @param span the time since the last look
	 * @param withStacks whether to take stacks
	 * @param follower what else follows operations, or {@code null}
	 */
	void look(LookSpan span, boolean withStacks, @Nullable Follower follower) {
		this.stacksLeft = withStacks ? MAX_STACKS : 0;
		count();
		this.idle.look(span, inFlight());
		if (follower != null) {
			follower.begin(span.now());
		}
		// Even if there was none, since one may have begun meanwhile.
		// In either order, since one may be detached meanwhile.
		this.active.forEach((operation) -> {
			try {
				visit(operation, span, follower);
			}
			catch (Throwable ex) {
				this.failures.add(ex);
			}
		}, ThreadLocalRandom.current().nextBoolean());
		this.taken += this.batch.finish(this.stacksLeft, span, follower);
		if (follower != null) {
			follower.end(span.now());
		}
		if (this.time != null) {
			this.time.settle(span.now());
		}
	}

	/** Whether nothing has been in flight for a while. */
	boolean isIdle() {
		return this.idle.isIdle();
	}

	private int inFlight() {
		return this.attached.size() + this.detached.size();
	}

	/** The number of stacks taken so far. */
	int taken() {
		return this.taken;
	}

	/** For how long all threads were stopped at the last look. */
	long stopped() {
		return this.batch.stopped();
	}

	private void count() {
		this.attached.reset();
		this.detached.reset();
		this.active.forEach((operation) -> {
			if (isMeasured(operation)) {
				((operation.thread() != null) ? this.attached : this.detached).count();
			}
		});
		this.attached.counted();
		this.detached.counted();
	}

	/** The histogram of calls includes streams, that of requests does not. */
	static boolean isMeasured(Operation operation) {
		return !operation.isLongLived() || operation.isCall();
	}

	private void visit(Operation operation, LookSpan span, @Nullable Follower follower) {
		Thread thread = operation.thread();
		long nanos = 0;
		if (this.time != null && isMeasured(operation)) {
			Selection selection = (thread != null) ? this.attached : this.detached;
			nanos = selection.picks() ? (long) (this.idle.represented(operation, span) * selection.weight()) : 0;
		}
		if (nanos > 0) {
			nanos = known(operation, nanos, span);
		}
		boolean due = follower != null && follower.visit(operation, thread, span.now()) && this.stacksLeft > 0;
		if (thread == null) {
			add(operation, SamplerActivities.ASYNC, nanos);
			return;
		}
		if (nanos > 0 || due) {
			pick(new Pick(operation, thread, nanos, this.clock.state(thread), this.clock.time(thread)), span, follower);
		}
	}

	/**
	 * Leaves out the time in which nothing was served, and that which is too long ago. An
	 * operation that is younger than a pause was not part of it.
	 */
	private long known(Operation operation, long nanos, LookSpan span) {
		long age = span.now() - operation.startNanos();
		double elapsed = span.elapsed();
		if (age >= span.collected() * elapsed) {
			add(operation, SamplerActivities.GC, (long) (nanos * span.collected()));
		}
		if (age >= span.stoodStill() * elapsed) {
			add(operation, SamplerActivities.STOOD_STILL, (long) (nanos * span.stoodStill()));
		}
		if (age >= span.missed() * elapsed) {
			add(operation, SamplerActivities.NOT_SAMPLED, (long) (nanos * span.missed()));
		}
		return (long) (nanos * span.known());
	}

	private void add(Operation operation, String activity, long nanos) {
		if (this.time != null && nanos > 0) {
			this.time.add(operation, activity, StackSource.NONE, nanos);
		}
	}

	private void pick(Pick pick, LookSpan span, @Nullable Follower follower) {
		if (this.stacks.stopsAllThreads()) {
			// Rather all at once
			this.batch.add(pick);
		}
		else if (this.stacksLeft > 0) {
			this.stacksLeft--;
			long start = System.nanoTime();
			long used = this.clock.ownTime();
			StackSource.Taken stack = this.stacks.take(List.of(pick.thread()), Integer.MAX_VALUE)[0];
			used = this.clock.ownTime() - used;
			boolean prompt = System.nanoTime() - start - used < PROMPT;
			sampled(pick, stack, prompt, span, follower);
		}
		else {
			add(pick.operation(), pick.state().activity(), pick.nanos());
		}
	}

	private void sampled(Pick pick, StackSource.Taken stack, boolean prompt, LookSpan span,
			@Nullable Follower follower) {
		this.taken++;
		if (stack.calls().length == 0 || !this.explanation.isServed(pick)) {
			this.explanation.ended(pick);
			return;
		}
		StackTraceElement[] calls = ThreadSample.inside(stack.calls(), stack.depth(), pick.operation().boundary());
		String activity = this.explanation.follow(pick, calls, stack.state(), span, follower);
		if (hasGoneOn(pick, stack.state(), calls)) {
			this.explanation.seen(pick, pick.state());
			return;
		}
		this.explanation.explain(pick, pick.state(), activity, calls, prompt);
	}

	/**
	 * Whether the thread has gone on before its stack was taken. One that waits in native
	 * code is in the same state as one that runs.
	 */
	private boolean hasGoneOn(Pick pick, Thread.State state, StackTraceElement[] calls) {
		return state != pick.state().threadState()
				|| (pick.state() == RunState.RUNNING && !this.explanation.isRunning(calls, state)
						&& this.clock.state(pick.thread()) == RunState.NOT_RUNNING);
	}

}
