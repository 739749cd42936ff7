package io.gmicro.sampling;

import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Measures for how long garbage collections stopped the process, and detects that the
 * whole process stood still while the sampler slept. Keeps the last {@value #KEPT} of
 * these pauses. The process stood still if the sleep took more than a second too long and
 * the process meanwhile used almost no CPU time (it was stopped or swapped out, or its
 * machine was paused) or collected garbage. If the sampler merely waited for a busy CPU,
 * other threads used CPU time. Used only by the sampler thread.
 */
public final class Pauses {

	private static final int KEPT = 512;

	private static final long LATE = TimeUnit.SECONDS.toNanos(1);

	/** A running process uses more than this fraction of one CPU. */
	private static final int IDLE_PART = 4;

	private final long[] starts = new long[KEPT];

	private final long[] ends = new long[KEPT];

	private final boolean[] collections = new boolean[KEPT];

	private final LongSupplier clock;

	private final LongSupplier cpuTime;

	private final Collectors collectors;

	private final LongConsumer sleep;

	private int next;

	/** The end of the last sleep, and what the process had used then. */
	private boolean marked;

	private long markTime;

	private long markCpu;

	private long markPaused;

	private long collected;

	private long lastCollect;

	/** Create an instance that measures this process. */
	public Pauses() {
		this(System::nanoTime, cpuTime(), Collectors.ofThisProcess(), LockSupport::parkNanos);
	}

	/**
	 * Create an instance with its sources, all in nanoseconds.
	 * @param clock the current time
	 * @param cpuTime the CPU time of the process
	 * @param collectors the garbage collectors
	 * @param sleep sleeps for a duration
	 */
	Pauses(LongSupplier clock, LongSupplier cpuTime, Collectors collectors, LongConsumer sleep) {
		this.clock = clock;
		this.cpuTime = cpuTime;
		this.collectors = collectors;
		this.sleep = sleep;
		this.collected = collectors.pauseTime().getAsLong();
		this.lastCollect = clock.getAsLong();
	}

	/**
	 * Sleeps. The process may also have stood still since the last sleep.
	 * @param nanos the duration
	 * @return how long the process stood still meanwhile, 0 if it did not
	 */
	long sleep(long nanos) {
		if (!this.marked) {
			mark();
		}
		long due = this.markTime + nanos;
		long cpu = this.markCpu;
		long paused = this.markPaused;
		this.sleep.accept(nanos);
		mark();
		long now = this.markTime;
		long late = now - due;
		if (late < LATE || (this.markCpu - cpu >= late / IDLE_PART && this.markPaused - paused <= late / 2)) {
			return 0;
		}
		// The time of a long collection is that of a standstill
		this.collected = this.collectors.pauseTime().getAsLong();
		add(due, now, false);
		return late;
	}

	/** Begins to measure, before the first sleep. */
	void mark() {
		this.marked = true;
		this.markCpu = this.cpuTime.getAsLong();
		this.markPaused = this.collectors.pauseTime().getAsLong();
		this.markTime = this.clock.getAsLong();
	}

	/**
	 * Notes the garbage collections since the last call.
	 * @param now the current time
	 * @return for how long they stopped the process, in nanoseconds
	 */
	long collect(long now) {
		long before = this.collected;
		this.collected = this.collectors.pauseTime().getAsLong();
		long nanos = Math.max(Math.min(this.collected - before, now - this.lastCollect), 0);
		if (nanos > 0) {
			long end = Math.max(now - this.collectors.sinceLast().getAsLong(), this.lastCollect + nanos);
			add(end - nanos, end, true);
		}
		this.lastCollect = now;
		return nanos;
	}

	void add(long startNanos, long endNanos, boolean collection) {
		this.starts[this.next] = startNanos;
		this.ends[this.next] = endNanos;
		this.collections[this.next] = collection;
		this.next = (this.next + 1) % KEPT;
	}

	/**
	 * How long the process was paused within an interval.
	 * @param startNanos the start of the interval
	 * @param endNanos the end of the interval
	 * @param collection whether to return pauses of garbage collections, or those in
	 * which the process stood still
	 * @return the duration in nanoseconds
	 */
	public long between(long startNanos, long endNanos, boolean collection) {
		long sum = 0;
		for (int i = 0; i < KEPT; i++) {
			if (this.ends[i] != this.starts[i] && this.collections[i] == collection) {
				long start = Math.max(this.starts[i] - startNanos, 0);
				long end = Math.min(this.ends[i] - startNanos, endNanos - startNanos);
				sum += Math.max(end - start, 0);
			}
		}
		return sum;
	}

	/** If the CPU time is unknown, a CPU is assumed to be busy all the time. */
	private static LongSupplier cpuTime() {
		try {
			return CpuTime.supplier();
		}
		catch (LinkageError ex) {
			return System::nanoTime;
		}
	}

	/** A separate class because a runtime may lack the module {@code jdk.management}. */
	private static final class CpuTime {

		static LongSupplier supplier() {
			return (ManagementFactory
				.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system)
						? system::getProcessCpuTime : System::nanoTime;
		}

	}

}
