package io.gmicro.recorder;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

import com.sun.management.ThreadMXBean;
import io.gmicro.jfr.Platform;

/**
 * CPU time or allocated bytes of each platform thread since they were last counted, as
 * the JVM accounts them. The carrier threads of virtual threads count as one. It is
 * unknown what a thread used between the last update and its end. Not thread-safe.
 */
final class ThreadUsage {

	/** The owner that stands for all carrier threads and virtual threads. */
	static final long CARRIERS = -1;

	/** A thread of which JFR does not record the id. */
	static final long UNKNOWN = -2;

	private static final String CARRIER_GROUP = "CarrierThreads";

	private final ThreadMXBean threads;

	private final UnaryOperator<long[]> reading;

	private final Map<Long, Long> counted = new HashMap<>();

	private final Map<Long, Long> latest = new HashMap<>();

	private final Set<Long> alive = new HashSet<>();

	private final Set<Long> carriers = new HashSet<>();

	private ThreadUsage(ThreadMXBean threads, UnaryOperator<long[]> reading) {
		this.threads = threads;
		this.reading = reading;
		update();
		this.counted.putAll(this.latest);
	}

	/** CPU time from now on, in nanoseconds. */
	static ThreadUsage ofCpu() {
		ThreadMXBean threads = Platform.threads();
		return new ThreadUsage(threads, threads::getThreadCpuTime);
	}

	/** Allocated bytes from now on. */
	static ThreadUsage ofMemory() {
		ThreadMXBean threads = Platform.threads();
		return new ThreadUsage(threads, threads::getThreadAllocatedBytes);
	}

	void update() {
		long[] ids = this.threads.getAllThreadIds();
		long[] values = this.reading.apply(ids);
		addCarriers();
		this.alive.clear();
		this.alive.add(CARRIERS);
		for (int i = 0; i < ids.length; i++) {
			if (values[i] >= 0) {
				this.alive.add(ids[i]);
				this.latest.put(ids[i], values[i]);
			}
		}
	}

	private void addCarriers() {
		ThreadGroup group = Thread.currentThread().getThreadGroup();
		while (group != null && group.getParent() != null) {
			group = group.getParent();
		}
		if (group != null) {
			ThreadGroup[] groups = new ThreadGroup[group.activeGroupCount() + 10];
			int count = group.enumerate(groups, true);
			for (int i = 0; i < count; i++) {
				if (groups[i].getName().equals(CARRIER_GROUP)) {
					addThreads(groups[i]);
				}
			}
		}
	}

	private void addThreads(ThreadGroup group) {
		Thread[] found = new Thread[group.activeCount() + 10];
		int count = group.enumerate(found, false);
		for (int i = 0; i < count; i++) {
			this.carriers.add(found[i].getId());
		}
	}

	/**
	 * The owner of the usage of a platform thread.
	 * @param thread the id of the thread
	 * @return the id of the thread, or {@link #CARRIERS}
	 */
	long owner(long thread) {
		return this.carriers.contains(thread) ? CARRIERS : thread;
	}

	/** Whether the owner was alive at the last update. */
	boolean isAlive(long owner) {
		return this.alive.contains(owner);
	}

	/** The usage by owner at the last update, less what was counted. */
	Map<Long, Long> used() {
		Map<Long, Long> used = new HashMap<>();
		this.latest.forEach(
				(thread, value) -> used.merge(owner(thread), value - this.counted.getOrDefault(thread, 0L), Long::sum));
		return used;
	}

	/** Marks the usage of an owner at the last update as counted. */
	void count(long owner) {
		if (owner == CARRIERS) {
			this.carriers.forEach(this::countThread);
		}
		else {
			countThread(owner);
		}
	}

	private void countThread(long thread) {
		Long value = this.latest.get(thread);
		if (value != null) {
			this.counted.put(thread, value);
		}
	}

	/** Removes threads that ended. */
	void forgetEnded() {
		this.latest.keySet().retainAll(this.alive);
		this.counted.keySet().retainAll(this.alive);
		this.carriers.retainAll(this.alive);
	}

}
