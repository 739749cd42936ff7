package io.gmicro.sampling;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.TimeUnit;

/**
 * Reads the CPU clocks of threads, to distinguish threads that run from threads that wait
 * for a CPU. Virtual threads have no such clock, and on some systems it advances only in
 * steps of milliseconds. Used only by the sampler thread.
 */
final class ThreadClock {

	/** A precise clock advances this often while it is read for a while. */
	private static final int PRECISE = 20;

	private static final long CALIBRATION = TimeUnit.MICROSECONDS.toNanos(200);

	private static final int ATTEMPTS = 5;

	private static final long UNKNOWN = -1;

	private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

	private final boolean precise = isPreciseAtLast();

	/** The thread may have to wait for a CPU meanwhile. */
	private boolean isPreciseAtLast() {
		for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
			if (isPrecise()) {
				return true;
			}
		}
		return false;
	}

	private boolean isPrecise() {
		if (!this.threads.isThreadCpuTimeSupported() || !this.threads.isThreadCpuTimeEnabled()) {
			return false;
		}
		int steps = 0;
		long last = 0;
		for (long start = System.nanoTime(); System.nanoTime() - start < CALIBRATION;) {
			long time = this.threads.getCurrentThreadCpuTime();
			steps += (time != last) ? 1 : 0;
			last = time;
		}
		return steps >= PRECISE;
	}

	/**
	 * The CPU time of the calling thread.
	 * @return the time in nanoseconds, or elapsed time if the CPU time is not known
	 */
	long ownTime() {
		long time = this.threads.isCurrentThreadCpuTimeSupported() ? this.threads.getCurrentThreadCpuTime() : UNKNOWN;
		return (time >= 0) ? time : System.nanoTime();
	}

	/** The CPU time of a thread in nanoseconds, or -1 if there is no precise clock. */
	long time(Thread thread) {
		return this.precise ? this.threads.getThreadCpuTime(thread.getId()) : UNKNOWN;
	}

	/** What a thread does at this moment. */
	RunState state(Thread thread) {
		RunState state = stateOf(thread.getState());
		return (state == RunState.NOT_RUNNING) ? running(thread) : state;
	}

	/** What a thread did, without its clock: if it may have run, it is not running. */
	RunState stateOf(Thread.State state) {
		return switch (state) {
			case BLOCKED -> RunState.BLOCKED;
			case WAITING -> RunState.WAITING;
			case TIMED_WAITING -> RunState.TIMED_WAITING;
			default -> this.precise ? RunState.NOT_RUNNING : RunState.RUNNABLE;
		};
	}

	private RunState running(Thread thread) {
		long time = time(thread);
		if (time < 0) {
			return RunState.RUNNABLE;
		}
		return (time(thread) > time) ? RunState.RUNNING : RunState.NOT_RUNNING;
	}

}
