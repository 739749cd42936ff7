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
 * Collects profiles of this process with the JDK Flight Recorder, at most
 * {@value #MAX_CONCURRENT} over a time span at once. Recordings of other tools are not
 * affected. Thread-safe.
 */
public final class Profiler implements AutoCloseable {

	static final int MAX_CONCURRENT = 3;

	private static final Logger logger = System.getLogger(Profiler.class.getName());

	/** Writing to a lost connection fails at the second heartbeat after it was lost. */
	private static final long HEARTBEAT = TimeUnit.MILLISECONDS.toNanos(400);

	private static final int MAX_WAIT_SECONDS = 5;

	private static final AtomicBoolean warnedOfStart = new AtomicBoolean();

	private final @Nullable ProfileHistory history;

	private final Semaphore concurrent = new Semaphore(MAX_CONCURRENT);

	private final Semaphore exclusive = new Semaphore(1);

	private volatile CountDownLatch closing = new CountDownLatch(1);

	private volatile @Nullable CumulativeProfiles cumulative;

	private @Nullable KeeperThread keeper;

	private final AtomicBoolean warned = new AtomicBoolean();

	private final AtomicLong failures = new AtomicLong();

	/** Restarts of the cumulative profiles before the last {@link #close()}. */
	private final AtomicLong restarted = new AtomicLong();

	/** Creates a profiler without a history. */
	public Profiler() {
		this(null);
	}

	/**
	 * Creates a profiler.
	 * @param history the profiles of the last minutes, or {@code null} to keep none
	 */
	public Profiler(@Nullable ProfileHistory history) {
		this.history = history;
	}

	/** The profiles of the last minutes, or {@code null} if none are kept. */
	public @Nullable ProfileHistory history() {
		return this.history;
	}

	/**
	 * Starts the cumulative profiles in the background. If that fails, each request for a
	 * profile tries again.
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

	private void startKeeper() throws ProfilingException {
		this.keeper = KeeperThread.start(this.closing, this::begin, this::maintain, this::failed);
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

	private void maintain() {
		CumulativeProfiles counting = this.cumulative;
		if (counting != null) {
			JfrMemory.shared().readForWindows();
			counting.discardOld();
			if (this.history != null) {
				this.history.maintain();
			}
		}
	}

	/** Counts before it logs, as logging may fail for lack of memory. */
	private void failed(Throwable ex) {
		this.failures.incrementAndGet();
		if (this.warned.compareAndSet(false, true)) {
			logger.log(Level.WARNING, "Profiles were interrupted, further failures are only counted: {0}",
					ex.toString());
		}
	}

	/** How often recordings failed or had to be started again. */
	public long restarts() {
		CumulativeProfiles counting = this.cumulative;
		return this.failures.get() + this.restarted.get() + ((counting != null) ? counting.restarts() : 0);
	}

	/**
	 * Ends all running profiles early, so that they contain what happened so far, and
	 * refuses new ones until the next {@link #start()}.
	 */
	@Override
	public void close() {
		this.closing.countDown();
		KeeperThread ending;
		synchronized (this) {
			CumulativeProfiles counting = this.cumulative;
			if (counting != null) {
				this.restarted.addAndGet(counting.restarts());
				counting.close();
				this.cumulative = null;
			}
			if (this.history != null) {
				this.history.close();
			}
			ending = this.keeper;
			this.keeper = null;
		}
		if (ending != null) {
			ending.awaitEnd();
		}
	}

	/**
	 * Starts what profiles need, if it does not run.
	 * @throws ProfilingException if that is impossible
	 */
	public void ensureRunning() throws ProfilingException {
		cumulative();
	}

	/** The first call starts JFR, so it sets the stack depth of all recordings. */
	synchronized CumulativeProfiles cumulative() throws ProfilingException {
		if (this.closing.getCount() == 0) {
			throw new ProfilingException(503, "the application is shutting down");
		}
		CumulativeProfiles running = this.cumulative;
		try {
			if (running == null) {
				requireJfr();
				Jfr.prepare();
				running = new CumulativeProfiles();
				this.cumulative = running;
			}
			running.ensureRunning();
		}
		catch (IOException | RuntimeException ex) {
			throw cannotStart(ex);
		}
		if (this.keeper == null || !this.keeper.isAlive()) {
			if (this.keeper != null) {
				this.failures.incrementAndGet();
			}
			startKeeper();
		}
		return running;
	}

	private static void requireJfr() throws ProfilingException {
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
		if (warnedOfStart.compareAndSet(false, true)) {
			logger.log(Level.WARNING,
					"The JDK Flight Recorder cannot start. Further requests for profiles are answered "
							+ "with 503 and not logged: " + ex);
		}
		return new ProfilingException(503,
				"the JDK Flight Recorder cannot start: make the directory for temporary files "
						+ "writable, or name one that is with -Djava.io.tmpdir");
	}

	/**
	 * Collects a profile over a time span.
	 * @param kind the kind of profile
	 * @param options the options of the profile
	 * @param duration the length of the time span
	 * @param heartbeat sent several times meanwhile
	 * @return the profile, or {@code null} if the client has disconnected
	 * @throws IOException if the recording cannot be read
	 * @throws ProfilingException if the profile cannot be collected
	 * @throws InterruptedException if the thread is interrupted
	 */
	public @Nullable Profile watch(ProfileKind kind, ProfileKind.Options options, Duration duration,
			Heartbeat heartbeat) throws IOException, ProfilingException, InterruptedException {
		return watch(() -> open(() -> kind.open(this, options)), duration, heartbeat);
	}

	/**
	 * Collects a profile over a time span.
	 * @param opener starts to collect
	 * @param duration the length of the time span
	 * @param heartbeat sent several times meanwhile
	 * @return the profile, or {@code null} if the client has disconnected
	 * @throws IOException if the profile cannot be read
	 * @throws ProfilingException if the profile cannot be collected
	 * @throws InterruptedException if the thread is interrupted
	 */
	public @Nullable Profile watch(Action<? extends ProfileCollector> opener, Duration duration, Heartbeat heartbeat)
			throws IOException, ProfilingException, InterruptedException {
		acquire();
		try (ProfileCollector collector = opener.perform()) {
			long start = System.nanoTime();
			boolean wanted = await(duration, () -> {
				collector.tick();
				heartbeat.send();
			});
			return wanted ? collector.finish(Duration.ofNanos(System.nanoTime() - start)) : null;
		}
		finally {
			this.concurrent.release();
		}
	}

	/**
	 * Performs an action that takes a while, if not too many others are running.
	 * @param action the action
	 * @return its result
	 * @throws ProfilingException if {@value #MAX_CONCURRENT} others are running
	 */
	public <T> T limited(Action<T> action) throws IOException, ProfilingException, InterruptedException {
		acquire();
		try {
			return action.perform();
		}
		finally {
			this.concurrent.release();
		}
	}

	private void acquire() throws ProfilingException {
		if (!this.concurrent.tryAcquire()) {
			throw new ProfilingException(503,
					"Could not enable profiling: " + MAX_CONCURRENT + " profiles are already running");
		}
	}

	/** Opens a recording, which JFR may be unable to start. */
	static <T> T open(Action<T> opener) throws IOException, ProfilingException, InterruptedException {
		try {
			return opener.perform();
		}
		catch (RuntimeException ex) {
			throw cannotStart(ex);
		}
	}

	/** The maximum number of heartbeats in the given time. */
	public static int heartbeats(Duration duration) {
		return (int) (duration.toNanos() / HEARTBEAT) + 1;
	}

	/**
	 * Waits until the time has passed, the application shuts down or the client has
	 * disconnected.
	 * @param duration how long to wait
	 * @param heartbeat sent several times meanwhile
	 * @return whether the client is still connected
	 */
	public boolean await(Duration duration, Heartbeat heartbeat) throws InterruptedException {
		long end = System.nanoTime() + duration.toNanos();
		for (long left = duration.toNanos(); left > 0; left = end - System.nanoTime()) {
			if (this.closing.await(Math.min(left, HEARTBEAT), TimeUnit.NANOSECONDS)) {
				return true;
			}
			try {
				heartbeat.send();
			}
			catch (IOException ex) {
				return false;
			}
		}
		return true;
	}

	/**
	 * Performs an expensive action, one at a time.
	 * @param action the action
	 * @return its result
	 * @throws ProfilingException if another one takes too long
	 */
	public <T> T oneAtATime(Action<T> action) throws IOException, ProfilingException, InterruptedException {
		if (!this.exclusive.tryAcquire(MAX_WAIT_SECONDS, TimeUnit.SECONDS)) {
			throw new ProfilingException(503, "another one is being taken: try again later");
		}
		try {
			return action.perform();
		}
		finally {
			this.exclusive.release();
		}
	}

	/**
	 * Sends something to the client, which fails if the client has disconnected.
	 */
	@FunctionalInterface
	public interface Heartbeat {

		void send() throws IOException;

	}

	/**
	 * Something that may fail.
	 *
	 * @param <T> the type of its result
	 */
	@FunctionalInterface
	public interface Action<T> {

		T perform() throws IOException, ProfilingException, InterruptedException;

	}

}
