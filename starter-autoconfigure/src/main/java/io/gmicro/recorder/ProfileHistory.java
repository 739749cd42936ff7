package io.gmicro.recorder;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import io.gmicro.jfr.JfrEvents;
import io.gmicro.jfr.JfrFile;
import io.gmicro.jfr.ProfilingException;
import io.gmicro.profile.Profile;
import org.jspecify.annotations.Nullable;

/**
 * The profiles of the last minutes: CPU time, allocations, contended locks and waits, in
 * windows of {@linkplain #WINDOW 30 seconds}, in bounded memory. Each window ends with a
 * read of JFR's memory, which writes a file of a few hundred kilobytes and deletes it. If
 * that is impossible, the window is missing. Thread-safe.
 */
public final class ProfileHistory {

	/** The length of a window. A window that a request needs ends earlier. */
	public static final Duration WINDOW = Duration.ofSeconds(30);

	private static final Logger logger = System.getLogger(ProfileHistory.class.getName());

	private static final Duration RETRY = Duration.ofSeconds(5);

	/** A request does not end a window that has just begun. */
	private static final Duration SHORTEST = Duration.ofSeconds(1);

	private final Duration keep;

	private final long maxBytes;

	private final Duration window;

	private final HistoryWindows windows;

	private final WaitThreshold waits = new WaitThreshold();

	private CpuSource source = CpuSource.EXECUTION;

	private @Nullable JfrEvents recording;

	private volatile @Nullable RunningWindow running;

	/** Begins with the next read. */
	private volatile @Nullable RunningWindow next;

	private int countedWaits;

	private long lastAdapted = System.nanoTime();

	private long retry = this.lastAdapted;

	private volatile @Nullable String problem;

	/**
	 * Creates an empty history.
	 * @param keep how long profiles are kept
	 * @param maxBytes maximum memory for them in bytes
	 */
	public ProfileHistory(Duration keep, long maxBytes) {
		this(keep, maxBytes, WINDOW);
	}

	ProfileHistory(Duration keep, long maxBytes, Duration window) {
		this.keep = keep;
		this.maxBytes = maxBytes;
		this.window = window;
		this.windows = new HistoryWindows(keep, maxBytes);
	}

	/** Whether profiles of the kind are kept. */
	public static boolean contains(ProfileKind kind) {
		return RunningWindow.KINDS.contains(kind);
	}

	/** How long profiles are kept. */
	public Duration keep() {
		return this.keep;
	}

	/** Called every second: records, and ends the window once it is long enough. */
	synchronized void maintain() {
		long now = System.nanoTime();
		this.windows.evict(now);
		RunningWindow current = this.running;
		JfrEvents events = this.recording;
		if (current == null || events == null) {
			if (now - this.retry >= 0) {
				begin();
			}
		}
		else if (!events.isRunning()) {
			lose("the recording was lost");
		}
		else if (now - current.startNanos() >= this.window.toNanos()) {
			endWindow(current, events);
		}
		else {
			current.tick();
			if (current.waits() > this.countedWaits) {
				adapt(current, events, now);
			}
		}
	}

	private void begin() {
		try {
			this.source = CpuSource.best();
			RunningWindow first = new RunningWindow(this.source);
			Map<String, Map<String, String>> settings = new HashMap<>(first.events());
			EventProfile.FREQUENT_EVENTS.forEach((event) -> settings.put(event, this.waits.settings()));
			this.next = null;
			this.running = first;
			this.recording = JfrEvents.openContinuous("history", settings, this::read);
			this.countedWaits = 0;
			this.lastAdapted = first.startNanos();
		}
		catch (RuntimeException ex) {
			lose("the JDK Flight Recorder cannot start");
		}
	}

	/** The read that ends a window begins the next one: no event is in neither. */
	private void read(JfrFile file) throws IOException {
		RunningWindow current = this.running;
		if (current != null) {
			current.read(file);
		}
		RunningWindow following = this.next;
		if (following != null) {
			this.running = following;
			this.next = null;
		}
	}

	/** The number of waits is known only after a read. */
	private void adapt(RunningWindow current, JfrEvents events, long now) {
		Duration time = Duration.ofNanos(now - this.lastAdapted);
		int found = current.waits() - this.countedWaits;
		this.countedWaits = current.waits();
		this.lastAdapted = now;
		if (this.waits.adapt(found, time)) {
			EventProfile.FREQUENT_EVENTS.forEach((event) -> events.enable(event, this.waits.settings()));
		}
	}

	private void endWindow(RunningWindow ending, JfrEvents events) {
		try {
			ending.end();
			this.next = new RunningWindow(this.source);
			String shortestWait = "Waits for anything but monitors of at least " + this.waits;
			events.read();
			if (this.running == ending) {
				lose("the recording was not read");
				return;
			}
			adapt(ending, events, System.nanoTime());
			this.countedWaits = 0;
			this.windows.add(ending.build(shortestWait, events.clearIncomplete()));
			if (this.problem != null) {
				this.problem = null;
				logger.log(Level.INFO, "The profile history continues");
			}
		}
		catch (ProfilingException ex) {
			lose(ex.getMessage());
		}
		catch (IOException | RuntimeException | OutOfMemoryError ex) {
			lose(ex.toString());
		}
	}

	/** The running window is missing. */
	private void lose(@Nullable String reason) {
		close();
		this.retry = System.nanoTime() + Math.min(this.window.toNanos(), RETRY.toNanos());
		if (this.problem == null) {
			logger.log(Level.WARNING, "The profile history has a gap until this is solved: {0}", reason);
		}
		this.problem = reason;
	}

	/** Stops recording until the next call of {@link #maintain()}. */
	synchronized void close() {
		JfrEvents events = this.recording;
		this.recording = null;
		this.running = null;
		this.next = null;
		if (events != null) {
			events.close();
		}
	}

	/**
	 * Returns a profile of the past, whose duration is the length of the windows that
	 * overlap the given time span.
	 * @param kind the kind of profile, one that is {@linkplain #contains kept}
	 * @param ago the time since the start of the time span
	 * @param length the length of the time span
	 * @return the profile
	 * @throws ProfilingException if no window overlaps the time span
	 * @throws IOException if a profile cannot be read
	 */
	public Profile past(ProfileKind kind, Duration ago, Duration length) throws ProfilingException, IOException {
		long now = System.nanoTime();
		long from = now - ago.toNanos();
		long to = from + length.toNanos();
		endWindowBefore(to, now);
		List<HistoryWindow> found = this.windows.overlapping(from, to);
		if (found.isEmpty()) {
			throw nothing();
		}
		Profile merged = empty(kind);
		long covered = 0;
		Duration duration = Duration.ZERO;
		for (HistoryWindow part : found) {
			merged.addWritten(Objects.requireNonNull(part.profiles().get(kind)));
			covered += part.overlap(from, to);
			duration = duration.plus(part.length());
		}
		HistoryWindow last = found.get(found.size() - 1);
		long missing = TimeUnit.NANOSECONDS.toSeconds(length.toNanos() - covered);
		merged.time(found.get(0).start())
			.duration(duration)
			.comment("From " + found.get(0).start().truncatedTo(ChronoUnit.MILLIS) + " to "
					+ last.end().truncatedTo(ChronoUnit.MILLIS) + ": kept in windows of up to "
					+ this.window.toSeconds() + " s");
		return (missing > 0) ? merged.comment("Missing: " + missing + " s of the time span") : merged;
	}

	private Profile empty(ProfileKind kind) {
		return (kind == ProfileKind.PROFILE) ? CpuProfileBuilder.create(this.source.continuousPeriod()) : kind.empty();
	}

	private ProfilingException nothing() {
		String reason = this.problem;
		if (reason != null) {
			return new ProfilingException(503, "nothing was kept then: " + reason);
		}
		Instant since = this.windows.since();
		return new ProfilingException(400, "nothing was kept then: the history "
				+ ((since != null) ? "begins at " + since.truncatedTo(ChronoUnit.SECONDS) : "is empty"));
	}

	/**
	 * Ends the running window unless it has just begun. What is kept outlives the
	 * recording, which JFR ends as soon as the JVM shuts down.
	 */
	public void endWindow() {
		long now = System.nanoTime();
		endWindowBefore(now, now);
	}

	private synchronized void endWindowBefore(long to, long now) {
		RunningWindow current = this.running;
		JfrEvents events = this.recording;
		if (current != null && events != null && to - current.startNanos() > 0
				&& now - current.startNanos() >= SHORTEST.toNanos()) {
			endWindow(current, events);
		}
	}

	/** What is kept. */
	public State state() {
		return new State(this.windows.since(), this.windows.bytes(), this.maxBytes, this.problem);
	}

	/**
	 * What is kept.
	 *
	 * @param since the start of the oldest window, or {@code null} without any
	 * @param bytes the memory that the windows take
	 * @param maxBytes the memory that they may take
	 * @param problem why nothing is recorded, or {@code null}
	 */
	public record State(@Nullable Instant since, long bytes, long maxBytes, @Nullable String problem) {
	}

}
