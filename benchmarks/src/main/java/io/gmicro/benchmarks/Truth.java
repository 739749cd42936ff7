package io.gmicro.benchmarks;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Measured time of requests by route and activity. GC pauses are {@code gc}, whatever a
 * request was doing. On platform threads, {@code cpu} is the thread's CPU time, including
 * that inside a waiting phase but not that of a client, and {@code runnable} is the rest
 * of the time outside these phases. Virtual threads have no CPU clock: there, {@code cpu}
 * is all time outside these phases. Thread-safe.
 */
final class Truth {

	/** All time of a route's requests. */
	static final String TOTAL = "total";

	private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

	/** The serial collector reports the length of its pauses. */
	private static final List<GarbageCollectorMXBean> COLLECTORS = ManagementFactory.getGarbageCollectorMXBeans();

	private final Map<String, Map<String, LongAdder>> routes = new ConcurrentHashMap<>();

	private final boolean virtual;

	Truth(boolean virtual) {
		this.virtual = virtual;
	}

	/** Measure a phase in which a request waits. */
	void waiting(String route, String activity, Phase phase) throws Exception {
		measure(route, activity, phase, false);
	}

	/** Measure a call to another process, including the code of the client. */
	void calling(String route, String activity, Phase phase) throws Exception {
		measure(route, activity, phase, true);
	}

	private void measure(String route, String activity, Phase phase, boolean withCpu) throws Exception {
		Clocks start = Clocks.read(this.virtual);
		try {
			phase.run();
		}
		finally {
			Clocks spent = Clocks.read(this.virtual).since(start);
			long waited = spent.wall - spent.cpu - spent.gc;
			add(route, activity, withCpu ? waited + spent.cpu : waited);
			add(route, this.virtual ? "cpu" : "runnable", -waited);
			if (withCpu) {
				add(route, "cpu", -spent.cpu);
			}
		}
	}

	void requested(String route, Clocks spent) {
		add(route, TOTAL, spent.wall);
		add(route, "gc", spent.gc);
		add(route, "cpu", this.virtual ? spent.wall - spent.gc : spent.cpu);
		if (!this.virtual) {
			add(route, "runnable", spent.wall - spent.gc - spent.cpu);
		}
	}

	private void add(String route, String activity, long nanos) {
		this.routes.computeIfAbsent(route, (key) -> new ConcurrentHashMap<>())
			.computeIfAbsent(activity, (key) -> new LongAdder())
			.add(nanos);
	}

	/** A line for each route and activity, with its nanoseconds. */
	String text() {
		StringBuilder text = new StringBuilder();
		this.routes.forEach((route,
				activities) -> activities.forEach((activity, nanos) -> text.append(route)
					.append(' ')
					.append(activity)
					.append(' ')
					.append(nanos.sum())
					.append('\n')));
		return text.toString();
	}

	/**
	 * A part of a request.
	 */
	@FunctionalInterface
	interface Phase {

		void run() throws Exception;

	}

	/**
	 * Readings in nanoseconds.
	 *
	 * @param wall wall-clock time
	 * @param cpu CPU time of the calling thread, 0 on a virtual thread
	 * @param gc total length of GC pauses
	 */
	record Clocks(long wall, long cpu, long gc) {

		static Clocks read(boolean virtual) {
			long millis = 0;
			for (GarbageCollectorMXBean collector : COLLECTORS) {
				millis += collector.getCollectionTime();
			}
			return new Clocks(System.nanoTime(), virtual ? 0 : THREADS.getCurrentThreadCpuTime(),
					TimeUnit.MILLISECONDS.toNanos(millis));
		}

		Clocks since(Clocks start) {
			return new Clocks(this.wall - start.wall, this.cpu - start.cpu, this.gc - start.gc);
		}

	}

}
