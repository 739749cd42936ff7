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

/**
 * The CPU time of threads that ended during a recording. JFR records the load of all
 * threads when the recording starts, and of each thread when it ends: the share of the
 * available processors since the previous event, or since the thread started. There is no
 * event for a thread that used less than a millisecond, and the result is too low for a
 * thread that lived only a few. Bounded by {@value #MAX_THREADS} threads. Not
 * thread-safe.
 */
final class EndedThreads {

	/** The events to record, with their settings. */
	static final Map<String, Map<String, String>> EVENTS = Map.of("jdk.ThreadStart", Map.of(), "jdk.ThreadEnd",
			Map.of(), "jdk.ThreadCPULoad", Map.of("period", "beginChunk"));

	static final int MAX_THREADS = 50_000;

	private final Map<Long, Long> starts = new HashMap<>();

	/** Includes threads of the JVM, to recognize the load event at their end. */
	private final Map<Long, Long> ends = new HashMap<>();

	private final Set<Long> ofTheJvm = new HashSet<>();

	private final List<Load> loads = new ArrayList<>();

	/**
	 * Reads an event. The order does not matter, and events of other types are ignored.
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

	/** JFR records compiler threads like threads of Java. */
	private static boolean isOfTheJvm(RecordedThread thread) {
		RecordedThreadGroup group = thread.getThreadGroup();
		String name = Objects.requireNonNullElse(thread.getJavaName(), "");
		return name.contains("CompilerThread") && group != null && "system".equals(group.getName());
	}

	/**
	 * The CPU time since the start of the recording. If a thread started before the
	 * recording, JFR does not record which thread it was.
	 * @return nanoseconds by the id of the thread, or {@link ThreadUsage#UNKNOWN}
	 */
	Map<Long, Long> cpu() {
		TreeSet<Long> ofAll = new TreeSet<>();
		this.loads.stream()
			.filter((load) -> load.thread() != ThreadUsage.UNKNOWN && !isLast(load))
			.forEach((load) -> ofAll.add(load.time()));
		Map<Long, Long> cpu = new HashMap<>();
		for (Load load : this.loads) {
			long since = Math.max(Objects.requireNonNullElse(ofAll.lower(load.time()), Long.MIN_VALUE),
					this.starts.getOrDefault(load.thread(), Long.MIN_VALUE));
			if (since > Long.MIN_VALUE && hasEnded(load.thread())) {
				cpu.merge(load.thread(), load.nanosSince(since), Long::sum);
			}
		}
		return cpu;
	}

	private boolean hasEnded(long thread) {
		return thread == ThreadUsage.UNKNOWN || (this.ends.containsKey(thread) && !this.ofTheJvm.contains(thread));
	}

	/** Whether it was recorded at the end of the thread. */
	private boolean isLast(Load load) {
		Long end = this.ends.get(load.thread());
		return end != null && load.time() >= end;
	}

	private record Load(long thread, long time, double share) {

		long nanosSince(long start) {
			return Math.round(this.share * Runtime.getRuntime().availableProcessors() * (this.time - start));
		}

	}

}
