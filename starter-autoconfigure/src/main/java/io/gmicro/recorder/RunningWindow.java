package io.gmicro.recorder;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

import io.gmicro.jfr.JfrEvents;
import io.gmicro.jfr.JfrFile;
import io.gmicro.profile.Profile;
import jdk.jfr.consumer.RecordedEvent;

/**
 * The window of the history that is being recorded. Read under the lock of JFR's memory;
 * all else is called by one thread at a time.
 */
final class RunningWindow {

	/** The kinds of profiles that are kept. */
	static final List<ProfileKind> KINDS = List.of(ProfileKind.PROFILE, ProfileKind.ALLOCS, ProfileKind.MUTEX,
			ProfileKind.BLOCK);

	private final Map<ProfileKind, ProfileBuilder> builders = new EnumMap<>(ProfileKind.class);

	private final Instant start = Instant.now();

	private final long startNanos = System.nanoTime();

	private long endNanos;

	private final AtomicInteger waits = new AtomicInteger();

	RunningWindow(CpuSource source) {
		for (ProfileKind kind : KINDS) {
			this.builders.put(kind,
					(kind == ProfileKind.PROFILE) ? new CpuProfileBuilder(source, source.continuousPeriod(), Set.of())
							: new EventProfileBuilder(EventProfile.valueOf(kind.name()), Set.of(SampleLabel.OWNER)));
		}
	}

	/** The events to record, with their settings. */
	Map<String, Map<String, String>> events() {
		Map<String, Map<String, String>> events = new HashMap<>();
		this.builders.values().forEach((builder) -> events.putAll(builder.events()));
		return events;
	}

	long startNanos() {
		return this.startNanos;
	}

	/** The number of frequent events so far. */
	int waits() {
		return this.waits.get();
	}

	void tick() {
		this.builders.values().forEach(ProfileBuilder::tick);
	}

	void end() {
		this.builders.values().forEach(ProfileBuilder::end);
		this.endNanos = System.nanoTime();
	}

	void read(JfrFile file) throws IOException {
		file.forEach(this::add);
		for (ProfileBuilder builder : this.builders.values()) {
			builder.added(file);
		}
	}

	private void add(RecordedEvent event) {
		if (EventProfile.FREQUENT_EVENTS.contains(event.getEventType().getName())) {
			this.waits.incrementAndGet();
		}
		this.builders.values().forEach((builder) -> builder.add(event));
	}

	/**
	 * What is kept, once all events were read.
	 * @param shortestWait a comment on the profile of waits
	 * @param incomplete whether events may be missing
	 */
	HistoryWindow build(String shortestWait, boolean incomplete) throws IOException {
		Duration length = Duration.ofNanos(this.endNanos - this.startNanos);
		Map<ProfileKind, byte[]> written = new EnumMap<>(ProfileKind.class);
		for (Map.Entry<ProfileKind, ProfileBuilder> builder : this.builders.entrySet()) {
			Profile profile = builder.getValue().build(length);
			if (builder.getKey() == ProfileKind.MUTEX || builder.getKey() == ProfileKind.BLOCK) {
				profile.comment(shortestWait);
			}
			if (incomplete) {
				profile.comment(JfrEvents.INCOMPLETE);
			}
			ByteArrayOutputStream out = new ByteArrayOutputStream();
			profile.writeTo(out);
			written.put(builder.getKey(), out.toByteArray());
		}
		return new HistoryWindow(this.start, this.startNanos, this.endNanos, written);
	}

}
