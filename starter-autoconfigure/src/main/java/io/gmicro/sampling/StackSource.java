package io.gmicro.sampling;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.List;

/**
 * Takes the stacks of threads. Since JDK 21 a stack stops only its thread; before, it
 * stops all threads, which costs hardly more for several stacks at once. Used only by the
 * sampler thread.
 */
final class StackSource {

	static final StackTraceElement[] NONE = {};

	private static final int HANDSHAKES = 21;

	private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

	private final boolean stopsAllThreads;

	StackSource() {
		this(Runtime.version().feature() < HANDSHAKES);
	}

	StackSource(boolean stopsAllThreads) {
		this.stopsAllThreads = stopsAllThreads;
	}

	/** Whether taking a stack stops all threads. */
	boolean stopsAllThreads() {
		return this.stopsAllThreads;
	}

	/**
	 * Takes the stacks of threads, at one moment if there are several.
	 * @param targets the threads
	 * @param depth the number of innermost calls that are needed of several threads
	 * @return a stack for each thread
	 */
	Taken[] take(List<Thread> targets, int depth) {
		Taken[] taken = new Taken[targets.size()];
		if (targets.size() == 1) {
			Thread target = targets.get(0);
			taken[0] = new Taken(target.getStackTrace(), target.getState(), Integer.MAX_VALUE);
			return taken;
		}
		ThreadInfo[] infos = this.threads.getThreadInfo(targets.stream().mapToLong(Thread::getId).toArray(), depth);
		for (int i = 0; i < taken.length; i++) {
			ThreadInfo info = infos[i];
			taken[i] = (info != null) ? new Taken(info.getStackTrace(), info.getThreadState(), depth) : Taken.NONE;
		}
		return taken;
	}

	/**
	 * A stack.
	 *
	 * @param calls the calls, innermost first; empty if the thread has ended
	 * @param state the state of the thread at that moment or directly afterwards
	 * @param depth the number of calls beyond which the outermost are missing
	 */
	record Taken(StackTraceElement[] calls, Thread.State state, int depth) {

		static final Taken NONE = new Taken(StackSource.NONE, Thread.State.TERMINATED, 0);

	}

}
