package io.gmicro.testing;

import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

import com.sun.management.ThreadMXBean;

/**
 * Work that measures itself with the counters of its thread.
 */
public final class Work {

	private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

	private static final int BLOCK = 1 << 16;

	private final Map<String, LongAdder> cpuNanos = new ConcurrentHashMap<>();

	private final Map<String, LongAdder> allocatedBytes = new ConcurrentHashMap<>();

	private volatile byte[] block = {};

	/**
	 * Uses the calling platform thread.
	 * @param name what to record it under
	 * @param cpuMillis CPU time to use
	 * @param megabytes memory to allocate
	 */
	public void run(String name, int cpuMillis, int megabytes) {
		long cpu = THREADS.getCurrentThreadCpuTime();
		long bytes = THREADS.getCurrentThreadAllocatedBytes();
		for (int i = 0; i < megabytes * (1 << 20) / BLOCK; i++) {
			this.block = new byte[BLOCK];
		}
		long nanos = TimeUnit.MILLISECONDS.toNanos(cpuMillis);
		while (THREADS.getCurrentThreadCpuTime() - cpu < nanos) {
			Thread.onSpinWait();
		}
		this.allocatedBytes.computeIfAbsent(name, (added) -> new LongAdder())
			.add(THREADS.getCurrentThreadAllocatedBytes() - bytes);
		this.cpuNanos.computeIfAbsent(name, (added) -> new LongAdder()).add(THREADS.getCurrentThreadCpuTime() - cpu);
	}

	/**
	 * CPU time that was used.
	 * @param name what it was recorded under
	 * @return the time in seconds
	 */
	public double cpuSeconds(String name) {
		LongAdder nanos = this.cpuNanos.get(name);
		return (nanos != null) ? nanos.sum() / 1e9 : 0;
	}

	/**
	 * Memory that was allocated.
	 * @param name what it was recorded under
	 * @return the number of bytes
	 */
	public double allocatedBytes(String name) {
		LongAdder bytes = this.allocatedBytes.get(name);
		return (bytes != null) ? bytes.sum() : 0;
	}

	public void forget() {
		this.cpuNanos.clear();
		this.allocatedBytes.clear();
	}

}
