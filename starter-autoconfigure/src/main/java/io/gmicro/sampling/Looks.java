package io.gmicro.sampling;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

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

	/** Calls that are needed to recognize an activity, and for profiles. */
	private static final int DEPTH = 64;

	/**
	 * A sampler that waits longer for a stack waits until the thread gets a CPU. What it
	 * needs itself to read the stack does not count.
	 */
	private static final long PROMPT = TimeUnit.MILLISECONDS.toNanos(1);

	/** Time for a thread to get back the CPU that the sampler took from it. */
	private static final long REST = TimeUnit.MICROSECONDS.toNanos(200);

	private static final long LONG_REST = 3 * REST;

	private final Selection attached = new Selection(MAX_PICKS);

	private final Selection detached = new Selection(MAX_ASYNC_PICKS);

	private final List<Pick> picks = new ArrayList<>();

	private final ActiveOperations active;

	private final @Nullable TimePerRoute time;

	private final Activities activities;

	private final ThreadClock clock;

	private final StackSource stacks;

	private final Failures failures;

	private final IdleGap idle = new IdleGap();

	private boolean any;

	private int stacksLeft;

	private int taken;

	private long stopped;

	Looks(ActiveOperations active, @Nullable TimePerRoute time, Activities activities, ThreadClock clock,
			StackSource stacks, Failures failures) {
		this.active = active;
		this.time = time;
		this.activities = activities;
		this.clock = clock;
		this.stacks = stacks;
		this.failures = failures;
	}

	/**
	 * Looks once. An exception at one operation does not affect the others.
	 * @param span the time since the last look
	 * @param withStacks whether to take stacks
	 * @param follower what else follows operations, or {@code null}
	 */
	void look(LookSpan span, boolean withStacks, @Nullable Follower follower) {
		this.stacksLeft = withStacks ? MAX_STACKS : 0;
		this.stopped = 0;
		count();
		this.idle.look(span, inFlight());
		if (follower != null) {
			follower.begin(span.now());
		}
		if (this.any) {
			// In either order, since an operation may be detached meanwhile
			this.active.forEach((operation) -> {
				try {
					visit(operation, span, follower);
				}
				catch (Throwable ex) {
					this.failures.add(ex);
				}
			}, ThreadLocalRandom.current().nextBoolean());
		}
		finish(span, follower);
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
		return this.stopped;
	}

	private void count() {
		this.attached.reset();
		this.detached.reset();
		this.any = false;
		this.active.forEach((operation) -> {
			this.any = true;
			if (isMeasured(operation)) {
				((operation.thread() != null) ? this.attached : this.detached).count();
			}
		});
		this.attached.counted();
		this.detached.counted();
	}

	/** The histogram of calls includes streams, that of requests does not. */
	private static boolean isMeasured(Operation operation) {
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
			this.picks.add(pick);
		}
		else if (this.stacksLeft > 0) {
			this.stacksLeft--;
			long start = System.nanoTime();
			long used = this.clock.ownTime();
			StackSource.Taken stack = this.stacks.take(List.of(pick.thread()), Integer.MAX_VALUE)[0];
			used = this.clock.ownTime() - used;
			boolean prompt = System.nanoTime() - start - used < PROMPT;
			sampled(pick, stack, pick.state(), prompt, span, follower);
		}
		else {
			add(pick.operation(), pick.state().activity(), pick.nanos());
		}
	}

	/** Where a stack stops all threads, most looks only see what the threads do. */
	private void finish(LookSpan span, @Nullable Follower follower) {
		if (this.picks.isEmpty()) {
			return;
		}
		try {
			finishAll(span, follower);
		}
		catch (Throwable ex) {
			this.failures.add(ex);
		}
		this.picks.clear();
	}

	private void finishAll(LookSpan span, @Nullable Follower follower) {
		long rested = rest();
		List<Pick> sampled = this.picks.subList(0, Math.min(this.picks.size(), this.stacksLeft));
		StackSource.Taken[] taken = {};
		if (!sampled.isEmpty()) {
			taken = takeAll(sampled);
		}
		for (int i = 0; i < this.picks.size(); i++) {
			Pick pick = this.picks.get(i);
			RunState state = stateAfterRest(pick, rested);
			try {
				if (i < taken.length) {
					sampled(pick, taken[i], state, false, span, follower);
				}
				else if (this.time != null && pick.nanos() > 0) {
					this.time.seen(pick.operation(), state, pick.nanos());
				}
			}
			catch (Throwable ex) {
				this.failures.add(ex);
			}
		}
	}

	/** The next stop waits for its time even if this one fails. */
	private StackSource.Taken[] takeAll(List<Pick> sampled) {
		long start = System.nanoTime();
		try {
			return this.stacks.take(sampled.stream().map(Pick::thread).toList(), DEPTH);
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

	/** After a rest that was much too long, every thread that waits for a CPU has run. */
	private RunState stateAfterRest(Pick pick, long rested) {
		if (pick.state() != RunState.NOT_RUNNING) {
			return pick.state();
		}
		long ran = this.clock.time(pick.thread()) - pick.cpuTime();
		boolean running = (rested < LONG_REST) ? ran > 0 : ThreadLocalRandom.current().nextLong(rested) < ran;
		return running ? RunState.RUNNING : RunState.NOT_RUNNING;
	}

	private void sampled(Pick pick, StackSource.Taken stack, RunState state, boolean prompt, LookSpan span,
			@Nullable Follower follower) {
		this.taken++;
		Operation operation = pick.operation();
		boolean served = operation.thread() == pick.thread() && this.active.contains(operation);
		if (!served || stack.calls().length == 0) {
			add(operation, state.activity(), pick.nanos());
			return;
		}
		StackTraceElement[] calls = ThreadSample.inside(stack.calls(), operation.boundary());
		String activity = this.activities.of(calls, stack.state());
		if (follower != null) {
			follower.sampled(operation, pick.thread(), activity, calls, span.now());
		}
		if (this.time == null || pick.nanos() == 0) {
			return;
		}
		if (stack.state() != state.threadState()) {
			// The thread has gone on before its stack was taken
			this.time.seen(operation, state, pick.nanos());
			return;
		}
		if (activity.equals(Activities.CPU) && state == RunState.NOT_RUNNING && !prompt) {
			activity = SamplerActivities.RUNNABLE;
		}
		this.time.sampled(operation, state, activity, calls, pick.nanos());
	}

	/**
	 * An operation that was picked.
	 *
	 * @param operation the operation
	 * @param thread its thread
	 * @param nanos the time that it represents, 0 if it was picked because it may turn
	 * out slow
	 * @param state what the thread did when it was picked
	 * @param cpuTime the CPU time of the thread then, or -1
	 */
	private record Pick(Operation operation, Thread thread, long nanos, RunState state, long cpuTime) {
	}

}
