package io.gmicro.jfr;

import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.lang.System.Logger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

import jdk.jfr.FlightRecorder;
import jdk.jfr.FlightRecorderListener;
import jdk.jfr.Recording;
import jdk.jfr.RecordingState;
import org.jspecify.annotations.Nullable;

/**
 * The memory of JFR, of which a JVM has one. Reading it removes the events of all
 * recordings, so every reader receives what any of them reads, and makes JFR write a
 * file. Between reads nothing is written, but JFR's memory for stacks and for threads
 * that ended grows, so it must be discarded at some time. While another recording writes
 * to disk, the events are read from its files. Thread-safe.
 */
public final class JfrMemory implements FlightRecorderListener {

	private static final Logger logger = System.getLogger(JfrMemory.class.getName());

	private static final long MAX_AGE = Duration.ofMinutes(2).toNanos();

	/** JFR keeps up to 16 kB for each thread that ended. */
	private static final int MAX_UNREAD_THREADS = 2_000;

	private static final long SECOND = Duration.ofSeconds(1).toNanos();

	private static final long MAX_PAUSE = 10 * SECOND;

	/** A continuous recording is read about as often by its owner. */
	private static final long MAX_CONTINUOUS_PAUSE = 3 * MAX_PAUSE;

	private static final JfrMemory SHARED = new JfrMemory();

	/** An interned string is the same object for all applications of the JVM. */
	private static final Object LOCK = "io.gmicro.jfr.JfrMemory".intern();

	private static volatile byte[] reserve = {};

	private final List<JfrEvents> readers = new CopyOnWriteArrayList<>();

	private final BlockedThreads blocked = new BlockedThreads();

	private final AtomicLong requested = new AtomicLong();

	private long completed;

	private Instant lastRead = Instant.now();

	private long lastNanos = System.nanoTime();

	private long lastThreads;

	private long lastSize = JfrRepository.MEGABYTE;

	private long pause = SECOND;

	/** Whether events went to the files of another recording. */
	private volatile boolean taken;

	/** Whether events were removed from the memory but reached no reader. */
	private boolean lost;

	private boolean warned;

	private boolean listening;

	/** Whether this thread, which holds the lock, shares a file with others. */
	private boolean sharing;

	private JfrMemory() {
	}

	/** The instance of this class loader. */
	public static JfrMemory shared() {
		return SHARED;
	}

	/** For readers, while they receive a file. */
	BlockedThreads blocked() {
		return this.blocked;
	}

	/**
	 * Starts a recording.
	 * @return the time up to which events do not belong to the recording
	 */
	Instant start(JfrEvents events, Recording recording) {
		synchronized (LOCK) {
			if (!this.listening) {
				FlightRecorder.addListener(this);
				this.listening = true;
			}
			// The memory of the first recording contains nothing older
			boolean isFirst = !Jfr.isRecording();
			if (isFirst) {
				emptied(null);
				this.taken = false;
				this.lost = false;
			}
			Instant start = Instant.now();
			Jfr.asSystem(recording::start);
			this.pause = SECOND;
			this.readers.add(events);
			return isFirst ? Instant.MIN : start;
		}
	}

	void remove(JfrEvents events) {
		synchronized (LOCK) {
			this.readers.remove(events);
			if (this.listening && this.readers.isEmpty()) {
				// JFR would keep an undeployed application alive
				FlightRecorder.removeListener(this);
				this.listening = false;
			}
		}
	}

	private void emptied(@Nullable Instant until) {
		this.lastRead = Objects.requireNonNullElseGet(until, Instant::now);
		this.lastNanos = System.nanoTime();
		this.lastThreads = Platform.threads().getTotalStartedThreadCount();
	}

	@Override
	public void recordingStateChanged(Recording recording) {
		JfrFile shared = JfrFile.shared(recording);
		if (shared != null) {
			receive(shared, recording.getState());
		}
		else if (recording.isToDisk() && recording.getState() == RecordingState.RUNNING) {
			this.taken = true;
		}
	}

	private void receive(JfrFile shared, RecordingState state) {
		synchronized (LOCK) {
			if (!this.sharing && state == RecordingState.CLOSED) {
				this.readers.forEach((reader) -> reader.accept(shared, false));
			}
		}
	}

	/**
	 * Passes all events so far to the readers. Concurrent calls share a read.
	 * @throws ProfilingException if JFR cannot write the file, or it cannot be read
	 */
	void read() throws ProfilingException {
		long request = this.requested.incrementAndGet();
		synchronized (LOCK) {
			if (this.completed < request) {
				long completing = this.requested.get();
				try {
					if (Jfr.isRecording()) {
						readNow();
					}
				}
				catch (IOException | RuntimeException ex) {
					warn(ex);
					throw new ProfilingException(503, "what was recorded could not be read: try again");
				}
				this.completed = completing;
			}
		}
	}

	private void warn(Exception ex) {
		if (!this.warned) {
			this.warned = true;
			logger.log(Level.WARNING,
					"The recording of the JDK Flight Recorder could not be read. Requests for profiles "
							+ "are answered with 503 until it can, which is not logged again",
					ex);
		}
	}

	private void readNow() throws IOException, ProfilingException {
		// An OutOfMemoryError is harmless here, but not while JFR writes
		reserve = new byte[1 << 20];
		reserve = new byte[0];
		JfrRepository.requireWritable(JfrRepository.MEGABYTE + 2 * this.lastSize);
		boolean onDisk = Jfr.isRecordingToDisk();
		long passed = System.nanoTime() - this.lastNanos;
		try (JfrFile file = JfrFile.create(onDisk ? this.lastRead : Instant.MIN)) {
			this.blocked.update();
			boolean someMissing = copyTo(file, onDisk);
			schedule(passed, file.size(), onDisk);
			this.readers.forEach((reader) -> reader.accept(file, someMissing));
			this.lost = false;
			if (!onDisk && Jfr.gmicroRecordings() > this.readers.stream().filter(JfrEvents::isRunning).count()) {
				share(file);
			}
		}
	}

	private void share(JfrFile file) {
		this.sharing = true;
		try {
			file.share();
		}
		finally {
			this.sharing = false;
		}
	}

	/**
	 * Copies the events since the last read.
	 * @return whether some may be missing
	 */
	private boolean copyTo(JfrFile file, boolean onDisk) throws IOException, ProfilingException {
		boolean someMissing = this.lost || (this.taken && !onDisk);
		this.taken = onDisk;
		this.lost = true;
		try (Recording snapshot = FlightRecorder.getFlightRecorder().takeSnapshot()) {
			Instant start = snapshot.getStartTime();
			someMissing |= onDisk && start != null && start.isAfter(this.lastRead);
			try (InputStream in = snapshot.getStream(onDisk ? this.lastRead : null, null)) {
				emptied(snapshot.getStopTime());
				if (in != null) {
					file.fill(in);
				}
			}
		}
		return someMissing || (!onDisk && file.size() > JfrRepository.memorySize() / 10 * 9);
	}

	/** Plans the next read for when a quarter of the memory is filled. */
	private void schedule(long passed, long size, boolean onDisk) {
		double wanted = (double) passed * JfrRepository.memorySize() / 4 / Math.max(size, 1);
		this.pause = Math.max(SECOND, (long) Math.min(wanted, MAX_CONTINUOUS_PAUSE));
		this.lastSize = onDisk ? this.lastSize : size;
	}

	/** Whether the memory must be discarded if no profile is requested. */
	public boolean isOld() {
		synchronized (LOCK) {
			return System.nanoTime() - this.lastNanos >= MAX_AGE || areManyThreadsUnread();
		}
	}

	/**
	 * Reads for the open windows before the memory is full. If that fails they end, as
	 * JFR's memory would grow.
	 */
	public void readForWindows() {
		List<JfrEvents> windows = windows();
		long maxPause = windows.stream().allMatch(JfrEvents::isContinuous) ? MAX_CONTINUOUS_PAUSE : MAX_PAUSE;
		if (!windows.isEmpty() && isFilling(maxPause)) {
			try {
				read();
			}
			catch (ProfilingException ex) {
				synchronized (LOCK) {
					windows().forEach((window) -> window.fail(ex));
				}
			}
		}
	}

	private List<JfrEvents> windows() {
		return this.readers.stream().filter(JfrEvents::isWindow).toList();
	}

	private boolean isFilling(long maxPause) {
		synchronized (LOCK) {
			return !Jfr.isRecordingToDisk()
					&& (System.nanoTime() - this.lastNanos >= Math.min(this.pause, maxPause) || areManyThreadsUnread());
		}
	}

	private boolean areManyThreadsUnread() {
		return Platform.threads().getTotalStartedThreadCount() - this.lastThreads > MAX_UNREAD_THREADS;
	}

}
