package io.gmicro.sampling;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import com.sun.management.GcInfo;

/**
 * The garbage collectors of this JVM. Used only by the sampler thread.
 *
 * @param pauseTime how long they have stopped the process so far, in nanoseconds
 * @param sinceLast the time since the end of the last pause in nanoseconds, 0 if it is
 * unknown
 */
record Collectors(LongSupplier pauseTime, LongSupplier sinceLast) {

	static Collectors ofThisProcess() {
		// "Cycles" are the concurrent part of a collector
		List<GarbageCollectorMXBean> collectors = ManagementFactory.getGarbageCollectorMXBeans()
			.stream()
			.filter((collector) -> !collector.getName().contains("Cycles"))
			.toList();
		return new Collectors(() -> pauseTime(collectors), sinceLast(collectors));
	}

	private static long pauseTime(List<GarbageCollectorMXBean> collectors) {
		long millis = 0;
		for (GarbageCollectorMXBean collector : collectors) {
			millis += collector.getCollectionTime();
		}
		return TimeUnit.MILLISECONDS.toNanos(millis);
	}

	private static LongSupplier sinceLast(List<GarbageCollectorMXBean> collectors) {
		try {
			return new LastCollection(collectors);
		}
		catch (LinkageError ex) {
			return () -> 0;
		}
	}

	/**
	 * The JVM counts the time of collections from a moment of its start that is unknown.
	 * No collection ends in the future, so the most recent one that was ever seen shows
	 * the difference. A separate class because a runtime may lack the module
	 * {@code jdk.management}.
	 */
	private static final class LastCollection implements LongSupplier {

		private final List<GarbageCollectorMXBean> collectors;

		private long least = Long.MAX_VALUE;

		LastCollection(List<GarbageCollectorMXBean> collectors) {
			this.collectors = collectors;
		}

		@Override
		public long getAsLong() {
			long end = -1;
			for (GarbageCollectorMXBean collector : this.collectors) {
				if (collector instanceof com.sun.management.GarbageCollectorMXBean known) {
					GcInfo last = known.getLastGcInfo();
					end = (last != null) ? Math.max(end, last.getEndTime()) : end;
				}
			}
			if (end < 0) {
				return 0;
			}
			long since = ManagementFactory.getRuntimeMXBean().getUptime() - end;
			this.least = Math.min(this.least, since);
			return TimeUnit.MILLISECONDS.toNanos(since - this.least);
		}

	}

}
