package io.gmicro.recorder;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.gmicro.jfr.Jfr;
import io.gmicro.jfr.JfrEvents;
import io.gmicro.jfr.JfrFile;
import io.gmicro.jfr.JfrMemory;
import io.gmicro.jfr.JfrStacks;
import io.gmicro.jfr.Platform;
import io.gmicro.jfr.ProfilingException;
import io.gmicro.profile.Frame;
import io.gmicro.profile.Profile;
import jdk.jfr.consumer.RecordedEvent;
import org.jspecify.annotations.Nullable;

/**
 * The profiles without a time span, which count from the start of the application. Events
 * stay in memory and are counted when a profile is requested; those of the last minutes
 * are kept. Waits for anything but monitors are frequent, so they are recorded only after
 * the first request for them. Thread-safe.
 */
final class CumulativeProfiles implements AutoCloseable {

	private static final Frame STARTED_BEFORE = Frame.named("[started before counting began]");

	private static final Frame STARTED_MEANWHILE = Frame.named("[started while nothing was recorded]");

	/**
	 * Threads of a busy server wait for their next request all the time, so recording all
	 * these waits for as long as the application runs would cost too much.
	 */
	private static final Duration MIN_FREQUENT_WAIT = Duration.ofMillis(10);

	private final Map<EventProfile, StackCounts> counts = new EnumMap<>(EventProfile.class);

	private final Allocations allocations = new Allocations();

	private final JfrStacks stacks = new JfrStacks();

	private final Instant start = Instant.now();

	private JfrEvents events;

	private boolean closed;

	/** The time up to which events are counted. */
	private volatile Instant counted = this.start;

	/** How long nothing was recorded, or events were discarded. */
	private Duration gaps = Duration.ZERO;

	private volatile @Nullable Instant startOfWaits;

	private volatile long started = Platform.threads().getTotalStartedThreadCount();

	/** Whether the recording was closed to discard its events. */
	private boolean discarded;

	private volatile int restarts;

	CumulativeProfiles() {
		for (EventProfile profile : EventProfile.values()) {
			this.counts.put(profile, new StackCounts());
		}
		counts(EventProfile.THREADCREATE).add(List.of(STARTED_BEFORE), new long[] { this.started });
		this.events = open();
	}

	private JfrEvents open() {
		Map<String, Map<String, String>> settings = new HashMap<>();
		for (EventProfile profile : EventProfile.values()) {
			settings.putAll(profile.events());
		}
		settings.keySet().removeAll(EventProfile.FREQUENT_EVENTS);
		JfrEvents opened = JfrEvents.open("since the start", settings, this::read);
		if (this.startOfWaits != null) {
			enableWaits(opened);
		}
		return opened;
	}

	private static void enableWaits(JfrEvents events) {
		Map<String, String> settings = Map.of("threshold", MIN_FREQUENT_WAIT.toMillis() + " ms");
		EventProfile.FREQUENT_EVENTS.forEach((event) -> events.enable(event, settings));
	}

	private StackCounts counts(EventProfile profile) {
		return Objects.requireNonNull(this.counts.get(profile));
	}

	private void read(JfrFile file) throws IOException {
		file.forEach(this::count);
		this.allocations.update();
		this.allocations.count(this::countAllocation);
		this.stacks.clear();
		this.counted = Instant.now();
		this.started = Platform.threads().getTotalStartedThreadCount();
	}

	private void countAllocation(List<Frame> stack, Map<String, String> labels, long[] values) {
		counts(EventProfile.ALLOCS).add(stack, values);
	}

	private void count(RecordedEvent event) {
		if (isFrequent(event) && !isCounted(event)) {
			return;
		}
		EventProfile.ALLOCS.read(event, this.stacks, (stack, values) -> this.allocations
			.add(new TimedSample(event.getThread(), event.getStartTime(), stack, values, Map.of())));
		for (EventProfile profile : EventProfile.values()) {
			if (profile != EventProfile.ALLOCS) {
				profile.read(event, this.stacks, counts(profile)::add);
			}
		}
	}

	private static boolean isFrequent(RecordedEvent event) {
		return EventProfile.FREQUENT_EVENTS.contains(event.getEventType().getName());
	}

	/** Another recording may record them earlier, or with a lower threshold. */
	private boolean isCounted(RecordedEvent wait) {
		Instant since = this.startOfWaits;
		return since != null && wait.getEndTime().isAfter(since)
				&& wait.getDuration().compareTo(MIN_FREQUENT_WAIT) >= 0;
	}

	/**
	 * Counts the events so far.
	 * @param profile which profile to return
	 * @return the profile
	 * @throws ProfilingException if the events cannot be read
	 */
	Profile get(EventProfile profile) throws ProfilingException {
		ensureRunning(profile).read();
		if (profile == EventProfile.ALLOCS) {
			this.allocations.update();
			this.allocations.countAll(this::countAllocation);
		}
		Profile counted = profile.create().time(Instant.now()).comment("Counted since " + seconds(this.start));
		Instant waits = this.startOfWaits;
		if (isOfFrequentEvents(profile) && waits != null) {
			counted.comment("Waits for anything but monitors counted since " + seconds(waits));
		}
		commentOnGaps(counted);
		this.stacks.commentOn(counted);
		counts(profile).addTo(counted);
		return counted;
	}

	private synchronized void commentOnGaps(Profile profile) {
		if (this.gaps.toSeconds() > 0) {
			profile.comment("Not counted: " + this.gaps.toSeconds()
					+ " s in which no profile was requested or the recording was lost");
		}
		this.events.commentOn(profile);
	}

	/** Starts the recording again if it ended. */
	synchronized void ensureRunning() {
		if (!this.closed && !this.events.isRunning()) {
			this.restarts += this.discarded ? 0 : 1;
			this.events.close();
			startAgain();
		}
	}

	private synchronized JfrEvents ensureRunning(EventProfile profile) {
		ensureRunning();
		if (this.startOfWaits == null && isOfFrequentEvents(profile)) {
			enableWaits(this.events);
			this.startOfWaits = Instant.now();
		}
		return this.events;
	}

	private void startAgain() {
		Instant now = Instant.now();
		long started = Platform.threads().getTotalStartedThreadCount();
		JfrEvents opened = open();
		opened.inherit(this.events);
		this.events = opened;
		this.discarded = false;
		counts(EventProfile.THREADCREATE).add(List.of(STARTED_MEANWHILE), new long[] { started - this.started });
		this.started = started;
		this.gaps = this.gaps.plus(Duration.between(this.counted, now));
		this.counted = now;
	}

	/**
	 * Called every second to bound JFR's memory while no profile is requested: closes the
	 * recording once its events are old. JFR frees the memory with the last recording, so
	 * if there is another one, the next request starts this one again.
	 */
	synchronized void discardOld() {
		if (!this.closed && this.events.isRunning() && JfrMemory.shared().isOld()) {
			this.events.close();
			this.discarded = true;
			if (!Jfr.isRecordingInMemory()) {
				startAgain();
			}
		}
	}

	/** How often the recording ended unexpectedly and was started again. */
	int restarts() {
		return this.restarts;
	}

	private static boolean isOfFrequentEvents(EventProfile profile) {
		return profile == EventProfile.MUTEX || profile == EventProfile.BLOCK;
	}

	private static Instant seconds(Instant instant) {
		return instant.truncatedTo(ChronoUnit.SECONDS);
	}

	@Override
	public synchronized void close() {
		this.closed = true;
		this.events.close();
	}

}
