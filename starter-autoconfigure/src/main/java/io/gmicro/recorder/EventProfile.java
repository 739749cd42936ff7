package io.gmicro.recorder;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.gmicro.jfr.JfrStacks;
import io.gmicro.jfr.Platform;
import io.gmicro.profile.Frame;
import io.gmicro.profile.Profile;
import io.gmicro.profile.ValueType;
import jdk.jfr.consumer.RecordedClass;
import jdk.jfr.consumer.RecordedEvent;
import org.jspecify.annotations.Nullable;

/**
 * A profile of JFR events, with the sample types, the period and the default type of the
 * Go profile of that name.
 *
 * @see <a href="https://pkg.go.dev/runtime/pprof">runtime/pprof</a>
 */
enum EventProfile {

	/** Where memory is allocated. */
	ALLOCS(Map.of(EventProfile.ALLOCATION, Map.of("throttle", "150/s"))) {

		@Override
		Profile create() {
			Profile profile = ClassHistogram.create().defaultSampleType(ClassHistogram.ALLOC_SPACE.type());
			return (Platform.totalAllocatedBytes() >= 0) ? profile : profile.comment(ENDED_UNKNOWN);
		}

		@Override
		long[] values(RecordedEvent event, List<Frame> stack) {
			return new long[] { 1, event.getLong("weight"), 0, 0 };
		}

	},

	/** Where threads wait for a lock. */
	MUTEX(waits(EventProfile.MONITOR_ENTER, EventProfile.PARK)) {

		@Override
		Profile create() {
			Profile profile = new Profile(CONTENTIONS, DELAY).period(CONTENTIONS, 1);
			return VirtualThreads.exist() ? profile.comment(NO_VIRTUAL_THREADS) : profile;
		}

		@Override
		long @Nullable [] values(RecordedEvent event, List<Frame> stack) {
			return (isForLock(event) && !IdleThreads.asksForWork(stack)) ? delay(event) : null;
		}

	},

	/** Where threads wait for locks, signals and results. */
	BLOCK(waits(EventProfile.MONITOR_ENTER, EventProfile.PARK, EventProfile.MONITOR_WAIT)) {

		@Override
		Profile create() {
			return MUTEX.create();
		}

		@Override
		long @Nullable [] values(RecordedEvent event, List<Frame> stack) {
			boolean idle = isForLock(event) ? IdleThreads.asksForWork(stack) : IdleThreads.isIdle(stack);
			return idle ? null : delay(event);
		}

	},

	/** Where threads are started. */
	THREADCREATE(Map.of(EventProfile.THREAD_START, Map.of())) {

		@Override
		Profile create() {
			return new Profile(THREADS).period(THREADS, 1);
		}

		@Override
		long[] values(RecordedEvent event, List<Frame> stack) {
			return new long[] { 1 };
		}

	};

	private static final ValueType CONTENTIONS = new ValueType("contentions", "count");

	private static final ValueType DELAY = new ValueType("delay", "nanoseconds");

	private static final ValueType THREADS = new ValueType("threadcreate", "count");

	static final String NO_VIRTUAL_THREADS = "JFR does not record what virtual threads wait for: "
			+ "only the waits of platform threads are shown";

	static final String ENDED_UNKNOWN = "This JVM does not count what threads allocated that have ended: "
			+ "only their samples are shown";

	private static final String ALLOCATION = "jdk.ObjectAllocationSample";

	private static final String MONITOR_ENTER = "jdk.JavaMonitorEnter";

	private static final String MONITOR_WAIT = "jdk.JavaMonitorWait";

	private static final String PARK = "jdk.ThreadPark";

	private static final String THREAD_START = "jdk.ThreadStart";

	/** Frequent events, which are recorded only after a profile of them was requested. */
	static final Set<String> FREQUENT_EVENTS = Set.of(PARK, MONITOR_WAIT);

	private static final List<Frame> NO_STACK = List.of(Frame.named("[no stack]"));

	private final Map<String, Map<String, String>> events;

	EventProfile(Map<String, Map<String, String>> events) {
		this.events = events;
	}

	private static Map<String, Map<String, String>> waits(String... events) {
		return Stream.of(events).collect(Collectors.toMap((event) -> event, (event) -> Map.of("threshold", "1 ms")));
	}

	/** The events to record, with their settings. */
	Map<String, Map<String, String>> events() {
		return this.events;
	}

	/** A profile without samples. */
	abstract Profile create();

	/**
	 * The values of a sample.
	 * @param event one of the events of this profile
	 * @param stack its stack
	 * @return a value for each sample type, or {@code null} to ignore the event
	 */
	abstract long @Nullable [] values(RecordedEvent event, List<Frame> stack);

	/**
	 * Reads an event if it belongs to this profile.
	 * @param event any event
	 * @param stacks converts its stack
	 * @param action receives its stack and its values
	 */
	void read(RecordedEvent event, JfrStacks stacks, BiConsumer<List<Frame>, long[]> action) {
		if (this.events.containsKey(event.getEventType().getName()) && !isOfRecorder(event)) {
			List<Frame> stack = stacks.of(event);
			if (stack == null) {
				stack = NO_STACK;
			}
			long[] values = values(event, stack);
			if (values != null) {
				action.accept(stack, values);
			}
		}
	}

	/** Reading makes threads of JFR wait for each other, sometimes without a stack. */
	private static boolean isOfRecorder(RecordedEvent event) {
		if (!event.getEventType().getName().equals(MONITOR_ENTER)) {
			return false;
		}
		RecordedClass monitor = event.getClass("monitorClass");
		return monitor != null && monitor.getName().startsWith("jdk.jfr.internal.");
	}

	private static long[] delay(RecordedEvent event) {
		return new long[] { 1, event.getDuration().toNanos() };
	}

	private static boolean isForLock(RecordedEvent event) {
		return switch (event.getEventType().getName()) {
			case MONITOR_ENTER -> true;
			case PARK -> {
				RecordedClass parkedFor = event.getClass("parkedClass");
				String name = (parkedFor != null) ? parkedFor.getName() : "";
				yield name.startsWith("java.util.concurrent.locks.Reentrant")
						|| name.startsWith("java.util.concurrent.locks.StampedLock");
			}
			default -> false;
		};
	}

}
