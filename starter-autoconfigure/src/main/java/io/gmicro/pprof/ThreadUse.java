package io.gmicro.pprof;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

import com.sun.management.ThreadMXBean;

/**
 * How much of something each platform thread used since it was last counted: processor
 * time or memory, as the JVM itself keeps account. The threads that virtual threads run
 * on are one. What a thread used between the last update and its end is not known. Not
 * thread-safe.
 */
final class ThreadUse {

	/** The carriers of virtual threads, and so virtual threads. */
	static final long CARRIERS = -1;

	private static final String CARRIER_GROUP = "CarrierThreads";

	private final ThreadMXBean threads;

	private final UnaryOperator<long[]> reading;

	private final Map<Long, Long> counted = new HashMap<>();

	private final Map<Long, Long> latest = new HashMap<>();

	private final Set<Long> alive = new HashSet<>();

	private ThreadUse(ThreadMXBean threads, UnaryOperator<long[]> reading) {
		this.threads = threads;
		this.reading = reading;
		update();
		this.counted.putAll(this.latest);
	}

	/** Nanoseconds of processor time from now on. */
	static ThreadUse ofCpu() {
		ThreadMXBean threads = Platform.threads();
		return new ThreadUse(threads, threads::getThreadCpuTime);
	}

	/** Allocated bytes from now on. */
	static ThreadUse ofMemory() {
		ThreadMXBean threads = Platform.threads();
		return new ThreadUse(threads, threads::getThreadAllocatedBytes);
	}

	void update() {
		long[] ids = this.threads.getAllThreadIds();
		long[] values = this.reading.apply(ids);
		Set<Long> carriers = carriers();
		this.alive.clear();
		long ofCarriers = 0;
		for (int i = 0; i < ids.length; i++) {
			if (values[i] >= 0 && carriers.contains(ids[i])) {
				ofCarriers += values[i];
			}
			else if (values[i] >= 0) {
				this.alive.add(ids[i]);
				this.latest.put(ids[i], values[i]);
			}
		}
		this.alive.add(CARRIERS);
		this.latest.merge(CARRIERS, ofCarriers, Math::max);
	}

	private static Set<Long> carriers() {
		Set<Long> carriers = new HashSet<>();
		ThreadGroup group = Thread.currentThread().getThreadGroup();
		while (group != null && group.getParent() != null) {
			group = group.getParent();
		}
		if (group != null) {
			ThreadGroup[] groups = new ThreadGroup[group.activeGroupCount() + 10];
			int count = group.enumerate(groups, true);
			for (int i = 0; i < count; i++) {
				if (groups[i].getName().equals(CARRIER_GROUP)) {
					addThreads(groups[i], carriers);
				}
			}
		}
		return carriers;
	}

	private static void addThreads(ThreadGroup group, Set<Long> ids) {
		Thread[] found = new Thread[group.activeCount() + 10];
		int count = group.enumerate(found, false);
		for (int i = 0; i < count; i++) {
			ids.add(found[i].getId());
		}
	}

	/** As of the last update. */
	boolean isAlive(long thread) {
		return this.alive.contains(thread);
	}

	/**
	 * What was used between what was counted and the last update.
	 * @return by the id of the thread
	 */
	Map<Long, Long> used() {
		Map<Long, Long> used = new HashMap<>();
		this.latest.forEach((thread, value) -> used.put(thread, value - this.counted.getOrDefault(thread, 0L)));
		return used;
	}

	/**
	 * Counts what a thread used so far, and forgets threads that are gone.
	 * @param thread the thread
	 */
	void count(long thread) {
		this.counted.put(thread, this.latest.getOrDefault(thread, 0L));
	}

	void forgetEnded() {
		this.latest.keySet().retainAll(this.alive);
		this.counted.keySet().retainAll(this.alive);
	}

}
