package io.gmicro.pprof;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import jdk.jfr.EventSettings;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingStream;
import org.jspecify.annotations.Nullable;

/**
 * Counts, from now on and for as long as the application runs, what the profiles without
 * a duration show. Threads wait often for other things than monitors, so those waits are
 * counted only from the first request for them on. Thread-safe.
 */
final class CumulativeProfiles implements AutoCloseable {

	private static final Frame STARTED_BEFORE = Frame.named("[started before counting began]");

	/**
	 * Of what happens often, only what takes this long is counted: recording how each
	 * thread of a busy server waits for its next request would cost too much to go on for
	 * ever.
	 */
	private static final Duration LEAST_FREQUENT_WAIT = Duration.ofMillis(10);

	/** The recorder hands over once a second what happened. */
	private static final long LONGEST_WAIT = TimeUnit.SECONDS.toNanos(3);

	private final Map<EventProfile, StackCounts> counts = new EnumMap<>(EventProfile.class);

	private final Allocations allocations;

	private final JfrStacks stacks = new JfrStacks();

	private final RecordingStream stream = new RecordingStream();

	private final Instant start = Instant.now();

	private volatile @Nullable Instant startOfWaits;

	private long flushes;

	CumulativeProfiles() {
		for (EventProfile profile : EventProfile.values()) {
			this.counts.put(profile, new StackCounts());
			profile.events().keySet().forEach((event) -> this.stream.onEvent(event, (seen) -> count(profile, seen)));
		}
		this.allocations = new Allocations(counts(EventProfile.ALLOCS));
		counts(EventProfile.THREADCREATE).add(List.of(STARTED_BEFORE),
				new long[] { Platform.threads().getTotalStartedThreadCount() });
		for (EventProfile profile : EventProfile.values()) {
			profile.events()
				.keySet()
				.stream()
				.filter((event) -> !EventProfile.FREQUENT_EVENTS.contains(event))
				.forEach((event) -> enable(profile, event));
		}
		this.stream.onFlush(this::flushed);
		this.stream.startAsync();
	}

	private void enable(EventProfile profile, String event) {
		EventSettings enabled = this.stream.enable(event);
		Objects.requireNonNull(profile.events().get(event)).forEach(enabled::with);
		if (EventProfile.FREQUENT_EVENTS.contains(event)) {
			enabled.withThreshold(LEAST_FREQUENT_WAIT);
		}
	}

	private StackCounts counts(EventProfile profile) {
		return Objects.requireNonNull(this.counts.get(profile));
	}

	private void count(EventProfile profile, RecordedEvent event) {
		if (isTooShort(event)) {
			return;
		}
		if (profile == EventProfile.ALLOCS) {
			profile.read(event, this.stacks, (stack, values) -> this.allocations
				.add(new TimedSample(event.getThread(), event.getStartTime(), stack, values, Set.of())));
		}
		else {
			profile.read(event, this.stacks, counts(profile)::add);
		}
	}

	/** Where another recording asks for shorter ones, they come here as well. */
	private static boolean isTooShort(RecordedEvent event) {
		return EventProfile.FREQUENT_EVENTS.contains(event.getEventType().getName())
				&& event.getDuration().compareTo(LEAST_FREQUENT_WAIT) < 0;
	}

	private void flushed() {
		this.allocations.count();
		this.stacks.clear();
		signalFlush();
	}

	private synchronized void signalFlush() {
		this.flushes++;
		notifyAll();
	}

	/**
	 * What was counted so far, up to this moment.
	 * @param profile which profile
	 * @return the profile
	 * @throws InterruptedException if the thread is interrupted while the recorder hands
	 * over
	 */
	Profile get(EventProfile profile) throws InterruptedException {
		countWaits(profile);
		awaitFlush();
		Profile counted = profile.create().time(Instant.now()).comment("Counted since " + seconds(this.start));
		Instant waits = this.startOfWaits;
		if (isOfFrequentEvents(profile) && waits != null) {
			counted.comment("Waits for anything but monitors counted since " + seconds(waits));
		}
		this.stacks.commentOn(counted);
		counts(profile).addTo(counted);
		return counted;
	}

	private synchronized void countWaits(EventProfile profile) {
		if (this.startOfWaits == null && isOfFrequentEvents(profile)) {
			EventProfile.FREQUENT_EVENTS.forEach((event) -> enable(EventProfile.BLOCK, event));
			this.startOfWaits = Instant.now();
		}
	}

	/** The first flush from now on may have begun before now. */
	private synchronized void awaitFlush() throws InterruptedException {
		long wanted = this.flushes + 2;
		long end = System.nanoTime() + LONGEST_WAIT;
		for (long left = LONGEST_WAIT; this.flushes < wanted && left > 0; left = end - System.nanoTime()) {
			TimeUnit.NANOSECONDS.timedWait(this, left);
		}
	}

	private static boolean isOfFrequentEvents(EventProfile profile) {
		return profile == EventProfile.MUTEX || profile == EventProfile.BLOCK;
	}

	private static Instant seconds(Instant instant) {
		return instant.truncatedTo(ChronoUnit.SECONDS);
	}

	@Override
	public void close() {
		this.stream.close();
	}

}
