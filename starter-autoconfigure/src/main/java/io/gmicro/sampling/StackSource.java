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
	 * Takes stacks at one moment.
	 * @param targets the threads
	 * @param depth the number of innermost calls that are needed
	 * @return the stacks, innermost call first, empty for a thread that has ended
	 */
	StackTraceElement[][] take(List<Thread> targets, int depth) {
		StackTraceElement[][] stacks = new StackTraceElement[targets.size()][];
		if (targets.size() == 1) {
			stacks[0] = targets.get(0).getStackTrace();
			return stacks;
		}
		ThreadInfo[] infos = this.threads.getThreadInfo(targets.stream().mapToLong(Thread::getId).toArray(), depth);
		for (int i = 0; i < stacks.length; i++) {
			stacks[i] = (infos[i] != null) ? infos[i].getStackTrace() : NONE;
		}
		return stacks;
	}

}
