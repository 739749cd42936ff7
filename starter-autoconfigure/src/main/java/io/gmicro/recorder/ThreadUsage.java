package io.gmicro.recorder;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

import com.sun.management.ThreadMXBean;
import io.gmicro.jfr.Platform;

/**
 * How much of something each platform thread used since it was last counted: processor
 * time or memory, as the JVM itself keeps account. The threads that virtual threads run
 * on are one. What a thread used between the last update and its end is not known. Not
 * thread-safe.
 */
final class ThreadUsage {

	/** The carriers of virtual threads, and so virtual threads. */
	static final long CARRIERS = -1;

	/** A thread that ended before it was known which one it was. */
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

	/** Nanoseconds of processor time from now on. */
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
	 * Who used what a platform thread used.
	 * @param thread the id of the thread
	 * @return the same, or {@link #CARRIERS}
	 */
	long owner(long thread) {
		return this.carriers.contains(thread) ? CARRIERS : thread;
	}

	/** As of the last update. */
	boolean isAlive(long owner) {
		return this.alive.contains(owner);
	}

	/**
	 * What was used between what was counted and the last update.
	 * @return by owner
	 */
	Map<Long, Long> used() {
		Map<Long, Long> used = new HashMap<>();
		this.latest.forEach(
				(thread, value) -> used.merge(owner(thread), value - this.counted.getOrDefault(thread, 0L), Long::sum));
		return used;
	}

	/**
	 * Counts what an owner used so far.
	 * @param owner the owner
	 */
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

	/** Forgets threads that are gone. */
	void forgetEnded() {
		this.latest.keySet().retainAll(this.alive);
		this.counted.keySet().retainAll(this.alive);
		this.carriers.retainAll(this.alive);
	}

}
