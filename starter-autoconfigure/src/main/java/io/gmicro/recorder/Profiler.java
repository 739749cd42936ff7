package io.gmicro.recorder;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.System.Logger;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import io.gmicro.jfr.Jfr;
import io.gmicro.jfr.JfrMemory;
import io.gmicro.jfr.LeftoverDirectories;
import io.gmicro.jfr.ProfilingException;
import io.gmicro.profile.Profile;
import org.jspecify.annotations.Nullable;

/**
 * Collects profiles of this process by the JDK's flight recorder, several at a time.
 * Recordings of anybody else are left alone. Thread-safe.
 */
public final class Profiler implements AutoCloseable {

	static final int MOST_AT_ONCE = 3;

	private static final Logger logger = System.getLogger(Profiler.class.getName());

	/** A client that went away is noticed at the second beat after. */
	private static final long BEAT = TimeUnit.MILLISECONDS.toNanos(400);

	private static final int LONGEST_WAIT_SECONDS = 5;

	private static final AtomicBoolean cannotStart = new AtomicBoolean();

	private final Semaphore places = new Semaphore(MOST_AT_ONCE);

	private final Semaphore costly = new Semaphore(1);

	private volatile CountDownLatch closing = new CountDownLatch(1);

	private volatile @Nullable CumulativeProfiles cumulative;

	private @Nullable Thread keeper;

	private final AtomicBoolean warned = new AtomicBoolean();

	private final AtomicLong failures = new AtomicLong();

	/** By what counted before this was started the last time. */
	private final AtomicLong restarted = new AtomicLong();

	/**
	 * Start to count, in the background, what profiles without a duration show. That this
	 * is not possible, every request for a profile says anew.
	 */
	public synchronized void start() {
		this.closing = new CountDownLatch(1);
		try {
			startKeeper();
		}
		catch (ProfilingException ex) {
			logger.log(Level.WARNING, "There are no profiles: {0}", ex.getMessage());
		}
	}

	/** What is recorded must not be left to itself. */
	private void startKeeper() throws ProfilingException {
		CountDownLatch end = this.closing;
		Thread thread = new Thread(() -> keep(end), "gmicro-pprof");
		thread.setDaemon(true);
		try {
			thread.start();
		}
		catch (OutOfMemoryError ex) {
			throw new ProfilingException(503, "no thread could be started");
		}
		this.keeper = thread;
	}

	private void keep(CountDownLatch end) {
		boolean begun = false;
		boolean ended = false;
		while (!ended) {
			try {
				try {
					if (!begun) {
						begun = true;
						begin();
					}
					ended = end.await(1, TimeUnit.SECONDS);
					CumulativeProfiles counting = this.cumulative;
					if (counting != null && !ended) {
						JfrMemory.shared().readForWindows();
						counting.keep();
					}
				}
				catch (Throwable ex) {
					failed(ex);
				}
			}
			catch (Throwable ignored) {
				// There was not even memory to say so
			}
		}
	}

	private void begin() {
		try {
			cumulative();
			LeftoverDirectories.remove();
		}
		catch (ProfilingException ex) {
			logger.log(Level.WARNING, "There are no profiles: {0}", ex.getMessage());
		}
	}

	/** Counted first: where memory is short the line may never be written. */
	private void failed(Throwable ex) {
		this.failures.incrementAndGet();
		if (this.warned.compareAndSet(false, true)) {
			try {
				logger.log(Level.WARNING, "Profiles were interrupted, further failures are only counted: {0}",
						ex.toString());
			}
			catch (Throwable ignored) {
				// It is counted
			}
		}
	}

	/**
	 * How often the recording of profiles had to be started again, or failed.
	 * @return the number since this was created
	 */
	public long restarts() {
		CumulativeProfiles counting = this.cumulative;
		return this.failures.get() + this.restarted.get() + ((counting != null) ? counting.restarts() : 0);
	}

	/**
	 * Ends all profiles that are being collected, with what they have so far, and
	 * collects no more until it is started again.
	 */
	@Override
	public void close() {
		this.closing.countDown();
		Thread keeping;
		synchronized (this) {
			CumulativeProfiles counting = this.cumulative;
			if (counting != null) {
				this.restarted.addAndGet(counting.restarts());
				counting.close();
				this.cumulative = null;
			}
			keeping = this.keeper;
			this.keeper = null;
		}
		if (keeping != null) {
			awaitEndOf(keeping);
		}
	}

	/**
	 * A container that undeploys an application takes a thread that still runs for a
	 * leak.
	 */
	private static void awaitEndOf(Thread thread) {
		try {
			thread.join(TimeUnit.SECONDS.toMillis(1));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/** Also the first use of the recorder, which decides how deep its stacks are. */
	public synchronized CumulativeProfiles cumulative() throws ProfilingException {
		if (this.closing.getCount() == 0) {
			throw new ProfilingException(503, "the application is shutting down");
		}
		CumulativeProfiles running = this.cumulative;
		try {
			if (running == null) {
				requireRecorder();
				Jfr.prepare();
				running = new CumulativeProfiles();
				this.cumulative = running;
			}
			running.ensureRunning();
		}
		catch (IOException | RuntimeException ex) {
			throw cannotStart(ex);
		}
		Thread keeping = this.keeper;
		if (keeping == null || !keeping.isAlive()) {
			if (keeping != null) {
				this.failures.incrementAndGet();
			}
			startKeeper();
		}
		return running;
	}

	private static void requireRecorder() throws ProfilingException {
		if (System.getProperty("org.graalvm.nativeimage.imagecode") != null) {
			throw new ProfilingException(501, "a native image has no profiles: run the application on a JVM");
		}
		try {
			Class.forName("jdk.jfr.FlightRecorder");
			Class.forName("com.sun.management.ThreadMXBean");
		}
		catch (ClassNotFoundException ex) {
			throw new ProfilingException(501, "this Java runtime lacks the modules jdk.jfr and jdk.management: "
					+ "add them with jlink --add-modules, or use a whole JDK or JRE");
		}
	}

	private static ProfilingException cannotStart(Exception ex) {
		if (cannotStart.compareAndSet(false, true)) {
			logger.log(Level.WARNING,
					"The JDK Flight Recorder cannot start. Further requests for profiles are answered "
							+ "with 503 and not logged: " + ex);
		}
		return new ProfilingException(503,
				"the JDK Flight Recorder cannot start: make the directory for temporary files "
						+ "writable, or name one that is with -Djava.io.tmpdir");
	}

	/**
	 * Collect a profile for a while.
	 * @param opener what to watch
	 * @param duration for how long
	 * @param heartbeat called again and again meanwhile, to see whether to go on
	 * @return the profile, or {@code null} if the heartbeat said to stop
	 * @throws IOException if what was recorded cannot be read
	 * @throws ProfilingException if the profile cannot be collected
	 * @throws InterruptedException if the thread is interrupted
	 */
	public @Nullable Profile watch(Starter<ProfileCollector> opener, Duration duration, Heartbeat heartbeat)
			throws IOException, ProfilingException, InterruptedException {
		acquirePlace();
		try (ProfileCollector collector = started(opener)) {
			long start = System.nanoTime();
			boolean wanted = await(duration, () -> {
				collector.tick();
				return heartbeat.beat();
			});
			return wanted ? collector.finish(Duration.ofNanos(System.nanoTime() - start)) : null;
		}
		finally {
			this.places.release();
		}
	}

	/** Takes one of the few places for profiles that take a while, or refuses. */
	public void acquirePlace() throws ProfilingException {
		if (!this.places.tryAcquire()) {
			throw new ProfilingException(503,
					"Could not enable profiling: " + MOST_AT_ONCE + " profiles are already running");
		}
	}

	/** Gives the place back. */
	public void releasePlace() {
		this.places.release();
	}

	/**
	 * Starts something that needs the recorder, which may fail.
	 */
	public static <T> T started(Starter<T> starter) throws IOException, ProfilingException, InterruptedException {
		try {
			return starter.start();
		}
		catch (RuntimeException ex) {
			throw cannotStart(ex);
		}
	}

	/** How often a heartbeat is called at most while one waits so long. */
	public static int beats(Duration duration) {
		return (int) (duration.toNanos() / BEAT) + 1;
	}

	/**
	 * Wait, until the application shuts down at most.
	 * @return whether the last heartbeat said to go on
	 */
	public boolean await(Duration duration, Heartbeat heartbeat) throws InterruptedException {
		long end = System.nanoTime() + duration.toNanos();
		for (long left = duration.toNanos(); left > 0; left = end - System.nanoTime()) {
			if (this.closing.await(Math.min(left, BEAT), TimeUnit.NANOSECONDS)) {
				return true;
			}
			if (!heartbeat.beat()) {
				return false;
			}
		}
		return true;
	}

	/**
	 * Collect what only one request at a time may ask for.
	 * @param snapshot what to collect
	 * @return the profile
	 * @throws IOException if it cannot be read
	 * @throws ProfilingException if it cannot be collected
	 * @throws InterruptedException if the thread is interrupted
	 */
	public <T> T oneAtATime(Starter<T> snapshot) throws IOException, ProfilingException, InterruptedException {
		if (!this.costly.tryAcquire(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS)) {
			throw new ProfilingException(503, "another one is being taken: try again later");
		}
		try {
			return snapshot.start();
		}
		finally {
			this.costly.release();
		}
	}

	/**
	 * Tells whether somebody still waits for the profile.
	 */
	@FunctionalInterface
	public interface Heartbeat {

		boolean beat();

	}

	/**
	 * Starts or collects something.
	 *
	 * @param <T> what
	 */
	@FunctionalInterface
	public interface Starter<T> {

		T start() throws IOException, ProfilingException, InterruptedException;

	}

}
