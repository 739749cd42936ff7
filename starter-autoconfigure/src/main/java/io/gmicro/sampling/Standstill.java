package io.gmicro.sampling;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Sleeps between two looks, and notices when the whole process slept: the sleep took far
 * too long, and meanwhile the process used next to no processor time (it was stopped,
 * swapped out, or its machine paused) or collected garbage. A thread that merely had to
 * wait for a busy processor is recognized by the time that others used. Used by the
 * watchdog's thread alone.
 */
final class Standstill {

	/** How much later than due is far too late. */
	private static final long LATE = TimeUnit.SECONDS.toNanos(1);

	/** A process that runs uses more than this part of one processor. */
	private static final int IDLE_PART = 4;

	private final LongSupplier clock;

	private final LongSupplier processorTime;

	private final LongSupplier pauseTime;

	private final LongConsumer sleep;

	Standstill() {
		this(System::nanoTime, processorTime(), pauseTime(), LockSupport::parkNanos);
	}

	/**
	 * Create one with its sources, all in nanoseconds.
	 * @param clock the time
	 * @param processorTime what the process has used of the processors
	 * @param pauseTime for how long collections of garbage stopped the process
	 * @param sleep sleeps for a duration
	 */
	Standstill(LongSupplier clock, LongSupplier processorTime, LongSupplier pauseTime, LongConsumer sleep) {
		this.clock = clock;
		this.processorTime = processorTime;
		this.pauseTime = pauseTime;
		this.sleep = sleep;
	}

	/**
	 * Sleep.
	 * @param nanos how long
	 * @param watchdog what hears of it when the process stood still
	 */
	void sleep(long nanos, Watchdog watchdog) {
		long processor = this.processorTime.getAsLong();
		long paused = this.pauseTime.getAsLong();
		long due = this.clock.getAsLong() + nanos;
		this.sleep.accept(nanos);
		long now = this.clock.getAsLong();
		long late = now - due;
		if (late >= LATE && (this.processorTime.getAsLong() - processor < late / IDLE_PART
				|| this.pauseTime.getAsLong() - paused > late / 2)) {
			watchdog.stoodStill(due, now);
		}
	}

	/** Where it is not known, as if a processor was always busy. */
	private static LongSupplier processorTime() {
		try {
			return ProcessorTime.supplier();
		}
		catch (LinkageError ex) {
			return System::nanoTime;
		}
	}

	private static LongSupplier pauseTime() {
		// Cycles are the concurrent part of collectors that have one
		List<GarbageCollectorMXBean> collectors = ManagementFactory.getGarbageCollectorMXBeans()
			.stream()
			.filter((collector) -> !collector.getName().contains("Cycles"))
			.toList();
		return () -> {
			long millis = 0;
			for (GarbageCollectorMXBean collector : collectors) {
				millis += collector.getCollectionTime();
			}
			return TimeUnit.MILLISECONDS.toNanos(millis);
		};
	}

	/** Loaded only here: a runtime may lack the module. */
	private static final class ProcessorTime {

		static LongSupplier supplier() {
			return (ManagementFactory
				.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system)
						? system::getProcessCpuTime : System::nanoTime;
		}

	}

}
