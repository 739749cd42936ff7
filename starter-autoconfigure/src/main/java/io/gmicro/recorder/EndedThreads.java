package io.gmicro.recorder;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordedThreadGroup;
import org.jspecify.annotations.Nullable;

/**
 * The processor time of threads that ended while they were recorded. JFR records the load
 * of every thread when the recording starts, and that of a thread once more when it ends:
 * the share of the available processors since the last time, or since the thread started.
 * A thread that used less than a millisecond has no such event, and of one that lived for
 * a few the time between its creation and its start is missing. Bounded by
 * {@value #MAX_THREADS} threads. Not thread-safe.
 */
final class EndedThreads {

	/** The events to record, with their settings. */
	static final Map<String, Map<String, String>> EVENTS = Map.of("jdk.ThreadStart", Map.of(), "jdk.ThreadEnd",
			Map.of(), "jdk.ThreadCPULoad", Map.of("period", "beginChunk"));

	static final int MAX_THREADS = 50_000;

	private final Map<Long, Long> starts = new HashMap<>();

	/** Those of the JVM as well, whose last loads are not loads of all threads. */
	private final Map<Long, Long> ends = new HashMap<>();

	private final Set<Long> ofTheJvm = new HashSet<>();

	private final List<Load> loads = new ArrayList<>();

	/**
	 * Reads one of the events, in any order. Others are ignored.
	 * @param event an event
	 */
	void read(RecordedEvent event) {
		switch (event.getEventType().getName()) {
			case "jdk.ThreadStart" -> put(this.starts, event);
			case "jdk.ThreadEnd" -> put(this.ends, event);
			case "jdk.ThreadCPULoad" -> load(event);
			default -> {
			}
		}
	}

	private void put(Map<Long, Long> times, RecordedEvent event) {
		RecordedThread thread = event.getThread("thread");
		if (thread != null && times.size() < MAX_THREADS) {
			times.put(thread.getJavaThreadId(), TimedSample.nanos(event.getStartTime()));
			if (isOfTheJvm(thread)) {
				this.ofTheJvm.add(thread.getJavaThreadId());
			}
		}
	}

	private void load(RecordedEvent event) {
		RecordedThread thread = event.getThread("eventThread");
		if (this.loads.size() < 2 * MAX_THREADS) {
			long id = (thread != null) ? thread.getJavaThreadId() : ThreadUsage.UNKNOWN;
			this.loads.add(new Load(id, TimedSample.nanos(event.getStartTime()),
					event.getFloat("user") + event.getFloat("system")));
		}
	}

	/** Compilers are threads of the JVM that JFR counts among those of Java. */
	private static boolean isOfTheJvm(RecordedThread thread) {
		RecordedThreadGroup group = thread.getThreadGroup();
		String name = Objects.requireNonNullElse(thread.getJavaName(), "");
		return name.contains("CompilerThread") && group != null && "system".equals(group.getName());
	}

	/**
	 * What the ended threads used since the recording started. JFR forgets which one it
	 * was if the thread started before.
	 * @return nanoseconds by the id of the thread, or {@link ThreadUsage#UNKNOWN}
	 */
	Map<Long, Long> cpu() {
		TreeSet<Long> ofAll = new TreeSet<>();
		this.loads.stream()
			.filter((load) -> load.thread() != ThreadUsage.UNKNOWN && !isLast(load))
			.forEach((load) -> ofAll.add(load.time()));
		Map<Long, Long> cpu = new HashMap<>();
		for (Load load : this.loads) {
			Long since = latest(ofAll.lower(load.time()), this.starts.get(load.thread()));
			if (since != null && hasEnded(load.thread())) {
				cpu.merge(load.thread(), load.nanosSince(since), Long::sum);
			}
		}
		return cpu;
	}

	private boolean hasEnded(long thread) {
		return thread == ThreadUsage.UNKNOWN || (this.ends.containsKey(thread) && !this.ofTheJvm.contains(thread));
	}

	/** Whether the thread recorded it when it ended. */
	private boolean isLast(Load load) {
		Long end = this.ends.get(load.thread());
		return end != null && load.time() >= end;
	}

	private static @Nullable Long latest(@Nullable Long one, @Nullable Long other) {
		if (one == null || other == null) {
			return (one != null) ? one : other;
		}
		return Math.max(one, other);
	}

	private record Load(long thread, long time, double share) {

		long nanosSince(long start) {
			return Math.round(this.share * Runtime.getRuntime().availableProcessors() * (this.time - start));
		}

	}

}
