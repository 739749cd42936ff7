package io.gmicro.capture;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Captures what the diagnostics show when something goes wrong, and keeps the last
 * captures. One daemon thread checks the reasons every second. A reason is captured when
 * it ends, or {@linkplain Settings#delay() some time} after it began, so that the capture
 * shows it; at the latest when this is closed. Thread-safe.
 */
public final class Captures implements AutoCloseable {

	static final String THREAD = "gmicro-captures";

	private static final Log logger = LogFactory.getLog(Captures.class);

	/** Before the reason. */
	private static final Duration PAST = Duration.ofMinutes(1);

	private static final Duration PREPARATION = Duration.ofSeconds(5);

	private final Settings settings;

	private final List<CaptureContent> contents;

	private final Runnable preparation;

	private final List<PendingCapture> triggers = new ArrayList<>();

	private final @Nullable DirectoryStore directory;

	private final MemoryStore memory;

	private final Map<CaptureReason, Counter> counters = new EnumMap<>(CaptureReason.class);

	private final Counter failures;

	private @Nullable Thread thread;

	private CountDownLatch end = new CountDownLatch(1);

	private boolean prepared;

	private long nextPreparation;

	private boolean warned;

	/**
	 * Creates captures. Nothing is checked until {@link #start()}.
	 * @param settings when to capture, and what to keep
	 * @param triggers decide when something is captured
	 * @param contents the files of a capture
	 * @param preparation called when a reason begins, and every few seconds until it is
	 * captured: keeps what a shutdown may take away
	 * @param registry the registry of {@code gmicro_captures_total}
	 */
	public Captures(Settings settings, List<CaptureTrigger> triggers, List<CaptureContent> contents,
			Runnable preparation, MeterRegistry registry) {
		this.settings = settings;
		this.contents = List.copyOf(contents);
		this.preparation = preparation;
		triggers.forEach((trigger) -> this.triggers.add(new PendingCapture(trigger)));
		Limits limits = new Limits(settings.keep(), settings.maxBytes());
		this.directory = (settings.directory() != null) ? new DirectoryStore(settings.directory(), limits) : null;
		this.memory = new MemoryStore(limits);
		for (CaptureReason reason : CaptureReason.values()) {
			this.counters.put(reason,
					Counter.builder("gmicro.captures")
						.description("Captures by their reason")
						.tag("reason", reason.lowerCaseName())
						.register(registry));
		}
		this.failures = Counter.builder("gmicro.capture.errors")
			.description("Captures that failed, or could not be written to their directory")
			.register(registry);
	}

	/** Starts to check the reasons. */
	public synchronized void start() {
		if (this.thread == null) {
			this.end = new CountDownLatch(1);
			CountDownLatch ended = this.end;
			// The first reading of what grows
			check(System.nanoTime());
			Thread started = new Thread(null, () -> run(ended), THREAD, 0, false);
			started.setDaemon(true);
			started.start();
			this.thread = started;
		}
	}

	private void run(CountDownLatch ended) {
		boolean running = true;
		while (running) {
			try {
				running = !ended.await(1, TimeUnit.SECONDS);
				if (running) {
					check(System.nanoTime());
				}
			}
			catch (Throwable ex) {
				failed("A capture failed", ex);
			}
		}
	}

	/** Checks each reason once. */
	void check(long now) {
		check(now, this.settings.delay());
		if (this.triggers.stream().noneMatch(PendingCapture::isPending)) {
			this.prepared = false;
		}
		else if (!this.prepared || now - this.nextPreparation >= 0) {
			this.prepared = true;
			this.nextPreparation = now + PREPARATION.toNanos();
			this.preparation.run();
		}
	}

	private void check(long now, Duration delay) {
		for (PendingCapture trigger : this.triggers) {
			try {
				if (trigger.check(now, delay.toNanos(), this.settings.interval().toNanos())) {
					capture(trigger, now);
				}
			}
			catch (IOException | RuntimeException | Error ex) {
				failed("A capture failed", ex);
			}
		}
	}

	private void capture(PendingCapture trigger, long now) throws IOException {
		trigger.captured(now);
		capture(trigger.reason(), trigger.description(), PAST.plusNanos(now - trigger.since()));
	}

	/**
	 * Captures the current state, whether or not there is a reason.
	 * @return the capture
	 * @throws IOException if it cannot be made
	 */
	public Capture capture() throws IOException {
		return capture(CaptureReason.MANUAL, "requested", PAST);
	}

	private synchronized Capture capture(CaptureReason reason, String description, Duration past) throws IOException {
		Instant time = Instant.ofEpochMilli(System.currentTimeMillis());
		byte[] zip = CaptureZip.of(reason.lowerCaseName() + ": " + description + "\ncaptured at " + time + "\n",
				this.contents, past, this.settings.maxCaptureBytes());
		Capture capture = new Capture(Capture.fileName(time, reason), time, reason, zip.length);
		String where = add(capture, zip);
		Objects.requireNonNull(this.counters.get(reason)).increment();
		logger.warn("Captured the diagnostics because of " + reason.lowerCaseName() + " (" + description + "): "
				+ (zip.length >> 10) + " kB, " + where);
		return capture;
	}

	private String add(Capture capture, byte[] zip) {
		if (this.directory != null) {
			try {
				return this.directory.add(capture, zip);
			}
			catch (IOException | RuntimeException ex) {
				failed("The capture is kept in memory, since it cannot be written to " + this.settings.directory(), ex);
			}
		}
		return this.memory.add(capture, zip);
	}

	private void failed(String message, Throwable ex) {
		this.failures.increment();
		if (!this.warned) {
			this.warned = true;
			logger.warn(message + " (further failures are only counted): " + ex);
		}
	}

	/**
	 * The captures that are kept, newest first, those of earlier processes included.
	 * Without those of the directory if it cannot be read.
	 */
	public List<Capture> list() {
		List<Capture> captures = new ArrayList<>(this.memory.list());
		if (this.directory != null) {
			try {
				captures.addAll(this.directory.list());
			}
			catch (IOException | DirectoryIteratorException ex) {
				failed("The captures cannot be read in " + this.settings.directory(), ex);
			}
			captures.sort((one, other) -> other.name().compareTo(one.name()));
		}
		return captures;
	}

	/**
	 * The content of a capture.
	 * @param name its name
	 * @return the zip file, or {@code null} if it is not kept
	 * @throws IOException if it cannot be read
	 */
	public byte @Nullable [] read(String name) throws IOException {
		byte[] inMemory = read(name, this.memory);
		return (inMemory == null && this.directory != null) ? read(name, this.directory) : inMemory;
	}

	private static byte @Nullable [] read(String name, CaptureStore store) throws IOException {
		for (Capture capture : store.list()) {
			if (capture.name().equals(name)) {
				return store.read(capture);
			}
		}
		return null;
	}

	/**
	 * Stops, and captures first what holds and is not captured yet: a supervisor may end
	 * a process because of it.
	 */
	@Override
	public void close() {
		Thread running;
		synchronized (this) {
			running = this.thread;
			this.thread = null;
			this.end.countDown();
		}
		if (running == null) {
			return;
		}
		try {
			running.join(TimeUnit.SECONDS.toMillis(10));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		if (!running.isAlive()) {
			check(System.nanoTime(), Duration.ZERO);
		}
	}

	/**
	 * When to capture, and what to keep.
	 *
	 * @param directory where captures are written, or {@code null} for memory
	 * @param keep the maximum number of captures
	 * @param maxBytes their maximum size together, and of one of them
	 * @param delay how long a reason may hold before it is captured
	 * @param interval the least time between two captures for the same reason
	 */
	public record Settings(@Nullable Path directory, int keep, long maxBytes, Duration delay, Duration interval) {

		int maxCaptureBytes() {
			return (int) Math.min(this.maxBytes, Integer.MAX_VALUE / 2);
		}

	}

}
