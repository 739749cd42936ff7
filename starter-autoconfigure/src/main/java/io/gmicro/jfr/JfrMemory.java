package io.gmicro.jfr;

import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.lang.System.Logger;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

import jdk.jfr.FlightRecorder;
import jdk.jfr.FlightRecorderListener;
import jdk.jfr.Recording;
import jdk.jfr.RecordingState;

/**
 * The memory of JFR, which the process has once. Reading takes the events out of it, for
 * whatever recording they were meant; so all that want events get what any of them reads.
 * JFR has to write a file for that. While nothing reads, nothing is written, and what JFR
 * keeps for stacks and for threads that ended grows: then it has to forget. Where another
 * recording writes to disk, the events are in its files. Thread-safe.
 */
public final class JfrMemory implements FlightRecorderListener {

	private static final Logger logger = System.getLogger(JfrMemory.class.getName());

	private static final long LONGEST_UNREAD = Duration.ofMinutes(2).toNanos();

	/** JFR keeps up to 16 kB for each that ended. */
	private static final int MOST_THREADS_UNREAD = 2_000;

	private static final long SECOND = Duration.ofSeconds(1).toNanos();

	private static final long LONGEST_PAUSE = 10 * SECOND;

	private static final JfrMemory SHARED = new JfrMemory();

	/** Text is the same object for every application of the JVM. */
	private static final Object LOCK = "io.gmicro.jfr.JfrMemory".intern();

	private static volatile byte[] reserve = {};

	private final List<JfrEvents> readers = new CopyOnWriteArrayList<>();

	private final BlockedThreads blocked = new BlockedThreads();

	private final AtomicLong asked = new AtomicLong();

	private long answered;

	private Instant lastRead = Instant.now();

	private long lastNanos = System.nanoTime();

	private long lastThreads;

	private long lastSize = JfrRepository.MEGABYTE;

	private long pause = SECOND;

	private volatile boolean taken;

	/** What was read was not handed over. */
	private boolean lost;

	private boolean warned;

	private boolean listening;

	/** Under the lock, on the thread that reads. */
	private boolean reading;

	private JfrMemory() {
	}

	/** The one of this class loader. */
	public static JfrMemory shared() {
		return SHARED;
	}

	/** For readers, while they are handed a file. */
	BlockedThreads blocked() {
		return this.blocked;
	}

	/**
	 * Starts a recording.
	 * @return until when what it will be handed has nothing to do with it
	 */
	Instant start(JfrEvents events, Recording recording) {
		synchronized (LOCK) {
			if (!this.listening) {
				FlightRecorder.addListener(this);
				this.listening = true;
			}
			// Nothing that is recorded in memory holds what happened before
			boolean isFirst = !JvmRecordings.isAnyRunning();
			if (isFirst) {
				forgotten();
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
				// The JDK outlives an application that is undeployed
				FlightRecorder.removeListener(this);
				this.listening = false;
			}
		}
	}

	private void forgotten() {
		this.lastRead = Instant.now();
		this.lastNanos = System.nanoTime();
		this.lastThreads = Platform.threads().getTotalStartedThreadCount();
		this.taken = false;
	}

	@Override
	public void recordingStateChanged(Recording recording) {
		Path read = SharedReads.announced(recording);
		if (read != null) {
			readByAnother(read, recording.getState());
		}
		else if (recording.isToDisk() && recording.getState() == RecordingState.RUNNING) {
			this.taken = true;
		}
	}

	private void readByAnother(Path path, RecordingState state) {
		synchronized (LOCK) {
			if (!this.reading && state == RecordingState.CLOSED) {
				JfrFile file = new JfrFile(path, Instant.MIN);
				this.readers.forEach((reader) -> reader.accept(file, false));
			}
		}
	}

	/**
	 * Hands over all that happened until now. Those who ask at the same time share a
	 * read.
	 * @throws ProfilingException if nothing can be written, or not be read again
	 */
	void read() throws ProfilingException {
		long request = this.asked.incrementAndGet();
		synchronized (LOCK) {
			if (this.answered < request) {
				long answering = this.asked.get();
				try {
					if (JvmRecordings.isAnyRunning()) {
						readNow();
					}
				}
				catch (IOException | RuntimeException ex) {
					unreadable(ex);
					throw new ProfilingException(503, "what was recorded could not be read: try again");
				}
				this.answered = answering;
			}
		}
	}

	private void unreadable(Exception ex) {
		if (!this.warned) {
			this.warned = true;
			logger.log(Level.WARNING,
					"The recording of the JDK Flight Recorder could not be read. Requests for profiles "
							+ "are answered with 503 until it can, which is not logged again",
					ex);
		}
	}

	private void announce(JfrFile file) {
		this.reading = true;
		try {
			SharedReads.announce(file.path());
		}
		finally {
			this.reading = false;
		}
	}

	private void readNow() throws IOException, ProfilingException {
		// A lack of memory shows here and not while JFR is halfway
		reserve = new byte[1 << 20];
		reserve = new byte[0];
		JfrRepository.requireSpace(JfrRepository.MEGABYTE + 2 * this.lastSize);
		boolean onDisk = JvmRecordings.areOnDisk();
		long passed = System.nanoTime() - this.lastNanos;
		try (JfrFile file = JfrFile.empty(onDisk ? this.lastRead : Instant.MIN)) {
			this.blocked.look();
			boolean someMissing = copyTo(file, onDisk);
			schedule(passed, file.size(), onDisk);
			this.readers.forEach((reader) -> reader.accept(file, someMissing));
			this.lost = false;
			if (!onDisk && JvmRecordings.ours() > this.readers.stream().filter(JfrEvents::isRunning).count()) {
				announce(file);
			}
		}
	}

	/**
	 * Copies what was recorded since the last time.
	 * @return whether some of it may be missing
	 */
	private boolean copyTo(JfrFile file, boolean onDisk) throws IOException, ProfilingException {
		boolean someMissing = this.lost || (this.taken && !onDisk);
		this.taken = onDisk;
		this.lost = true;
		try (Recording snapshot = FlightRecorder.getFlightRecorder().takeSnapshot()) {
			Instant start = snapshot.getStartTime();
			someMissing |= onDisk && start != null && start.isAfter(this.lastRead);
			try (InputStream in = snapshot.getStream(onDisk ? this.lastRead : null, null)) {
				forgotten(snapshot.getStopTime());
				if (in != null) {
					file.fill(in);
				}
			}
		}
		return someMissing || (!onDisk && file.size() > JfrRepository.memorySize() / 10 * 9);
	}

	private void forgotten(Instant until) {
		boolean wasTaken = this.taken;
		forgotten();
		this.taken = wasTaken;
		this.lastRead = (until != null) ? until : this.lastRead;
	}

	/** So that a quarter of the memory is filled the next time. */
	private void schedule(long passed, long size, boolean onDisk) {
		double wanted = (double) passed * JfrRepository.memorySize() / 4 / Math.max(size, 1);
		this.pause = Math.max(SECOND, (long) Math.min(wanted, LONGEST_PAUSE));
		this.lastSize = onDisk ? this.lastSize : size;
	}

	/**
	 * Whether there is reason to read while something is watched.
	 */
	private boolean isFilling() {
		synchronized (LOCK) {
			return !JvmRecordings.areOnDisk()
					&& (System.nanoTime() - this.lastNanos >= this.pause || areManyThreadsUnread());
		}
	}

	/**
	 * Whether there is reason to forget while no profile is requested.
	 */
	public boolean isOld() {
		synchronized (LOCK) {
			return System.nanoTime() - this.lastNanos >= LONGEST_UNREAD || areManyThreadsUnread();
		}
	}

	/**
	 * Reads, if there is reason to, for those that watch. Where that fails they have to
	 * give up, since JFR's memory grows otherwise.
	 */
	public void readForWindows() {
		if (hasWindows() && isFilling()) {
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

	private boolean hasWindows() {
		return !windows().isEmpty();
	}

	private List<JfrEvents> windows() {
		return this.readers.stream().filter(JfrEvents::isWindow).toList();
	}

	private boolean areManyThreadsUnread() {
		return Platform.threads().getTotalStartedThreadCount() - this.lastThreads > MOST_THREADS_UNREAD;
	}

}
