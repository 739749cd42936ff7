package io.gmicro.capture;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

/**
 * The conditions under which something is captured.
 */
public final class CaptureConditions {

	private CaptureConditions() {
	}

	/**
	 * A total that grows quickly.
	 * @param what is counted, in the plural
	 * @param total how many there have been so far
	 * @param limit how many within a minute
	 */
	public static CaptureTrigger.Condition burst(String what, LongSupplier total, long limit) {
		LastMinute readings = new LastMinute();
		return (now) -> {
			readings.add(now, total.getAsLong());
			long growth = readings.growth(now);
			return (growth >= limit) ? growth + " " + what + " within a minute" : null;
		};
	}

	/**
	 * A process that uses most of its CPUs for a minute.
	 * @param cpuTime the CPU time of the process in nanoseconds
	 * @param limit the share of all available CPUs, from 0 to 1
	 */
	public static CaptureTrigger.Condition cpu(LongSupplier cpuTime, double limit) {
		LastMinute readings = new LastMinute();
		return (now) -> {
			readings.add(now, cpuTime.getAsLong());
			double available = (double) Math.max(readings.span(now), 1) * Runtime.getRuntime().availableProcessors();
			double share = readings.growth(now) / available;
			return (readings.isComplete(now) && share >= limit)
					? percent(share) + " of the available CPU time used for a minute" : null;
		};
	}

	/**
	 * A heap that is nearly full right after a garbage collection.
	 * @param limit the share of the maximum size, from 0 to 1
	 */
	public static CaptureTrigger.Condition heap(double limit) {
		List<MemoryPoolMXBean> pools = ManagementFactory.getMemoryPoolMXBeans()
			.stream()
			.filter((pool) -> pool.getType() == MemoryType.HEAP && pool.isUsageThresholdSupported())
			.toList();
		return (now) -> {
			for (MemoryPoolMXBean pool : pools) {
				MemoryUsage usage = pool.getCollectionUsage();
				if (usage != null && usage.getMax() > 0 && usage.getUsed() >= limit * usage.getMax()) {
					return percent((double) usage.getUsed() / usage.getMax()) + " of " + pool.getName()
							+ " used after a collection";
				}
			}
			return null;
		};
	}

	/**
	 * Many requests and calls in flight.
	 * @param inFlight how many there are
	 * @param limit how many are many
	 */
	public static CaptureTrigger.Condition inFlight(IntSupplier inFlight, int limit) {
		return (now) -> {
			int count = inFlight.getAsInt();
			return (count >= limit) ? count + " requests and calls in flight" : null;
		};
	}

	/** Threads that wait for each other. The check stops all threads, so it is rare. */
	public static CaptureTrigger.Condition deadlock() {
		return new Deadlock();
	}

	private static String percent(double share) {
		return String.format(Locale.ROOT, "%.0f %%", 100 * share);
	}

	private static final class Deadlock implements CaptureTrigger.Condition {

		private static final long INTERVAL = TimeUnit.SECONDS.toNanos(10);

		private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

		private long next = System.nanoTime();

		private @Nullable String found;

		@Override
		public @Nullable String check(long now) {
			if (now - this.next >= 0) {
				this.next = now + INTERVAL;
				long[] deadlocked = this.threads.findDeadlockedThreads();
				this.found = (deadlocked != null) ? deadlocked.length + " deadlocked threads" : null;
			}
			return this.found;
		}

	}

}
