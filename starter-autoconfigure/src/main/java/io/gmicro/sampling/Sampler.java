package io.gmicro.sampling;

import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import io.gmicro.activity.Activities;
import io.gmicro.http.ActiveExchanges;
import io.gmicro.meter.Failures;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the requests and calls in flight, from one daemon thread that runs from
 * {@link #start()} until it is closed for good: how their time divides into activities,
 * and what those that turn out slow have been doing. An exception during a look does not
 * end the thread. If the thread dies nevertheless, the end of a request starts another,
 * at most one per second. Thread-safe.
 */
public final class Sampler implements AutoCloseable {

	static final String THREAD = "gmicro-sampler";

	private static final Log logger = LogFactory.getLog(Sampler.class);

	private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

	private static final long LONGEST_IDLE_INTERVAL = TimeUnit.MILLISECONDS.toNanos(200);

	/** The idle interval as a multiple of the interval. */
	private static final int IDLE = 10;

	private final AtomicLong nextRestart = new AtomicLong(System.nanoTime());

	private final Looks looks;

	private final Activities activities;

	private final SamplingBudget budget;

	private final long idleInterval;

	private final SamplerMetrics metrics;

	private final Pauses pauses;

	private final ThreadClock clock = new ThreadClock();

	private final StackSource stacks = new StackSource();

	private final Failures failures;

	private final Failures startFailures;

	private final ThreadFactory threads;

	private volatile @Nullable Follower follower;

	private @Nullable Follower rehearsed;

	private volatile @Nullable Thread thread;

	private volatile boolean open;

	private boolean closed;

	private volatile long lastLook = System.nanoTime();

	/** The time intended between the last look and the next. */
	private long intended;

	private long nextStop = this.lastLook;

	/**
	 * Create a sampler that is not started yet.
	 * @param active the requests and calls in flight
	 * @param settings how often to look
	 * @param activities recognizes activities
	 * @param time records the time by route and activity, or {@code null} if it is not
	 * recorded
	 * @param registry the registry of the metrics of the sampler itself
	 */
	public Sampler(ActiveExchanges active, Settings settings, Activities activities, @Nullable TimePerRoute time,
			MeterRegistry registry) {
		this(active, settings, activities, time, registry, new Pauses(), Sampler::daemon);
	}

	Sampler(ActiveExchanges active, Settings settings, Activities activities, @Nullable TimePerRoute time,
			MeterRegistry registry, Pauses pauses, ThreadFactory threads) {
		this.threads = threads;
		this.activities = activities;
		this.pauses = pauses;
		this.metrics = new SamplerMetrics(registry);
		this.failures = new Failures(registry, logger, "Sampling the requests in flight failed");
		this.startFailures = new Failures(registry, logger,
				"The sampler could not be started: slow requests are only counted until a retry succeeds");
		this.idleInterval = Math.min(settings.interval().toNanos() * IDLE, LONGEST_IDLE_INTERVAL);
		this.budget = new SamplingBudget(settings.interval(), settings.maxCpu());
		this.looks = new Looks(active.operations(), time, activities, this.clock, this.stacks, this.failures);
	}

	/** Inherits no thread locals: a request may be the one that restarts the thread. */
	private static Thread daemon(Runnable task) {
		Thread thread = new Thread(null, task, THREAD, 0, false);
		thread.setDaemon(true);
		return thread;
	}

	/**
	 * Sets what follows operations in addition.
	 * @param follower the one follower
	 */
	public void follow(Follower follower) {
		this.follower = follower;
	}

	/**
	 * The pauses of the process.
	 * @return the pauses, which only the sampler thread may read
	 */
	public Pauses pauses() {
		return this.pauses;
	}

	/** Starts the thread, unless it was closed. */
	public synchronized void start() {
		if (!this.closed && !isAlive()) {
			this.open = true;
			run();
		}
	}

	private void run() {
		try {
			Thread started = this.threads.newThread(this::sample);
			started.start();
			this.thread = started;
		}
		catch (Throwable ex) {
			this.startFailures.add(ex);
		}
	}

	private boolean isAlive() {
		Thread running = this.thread;
		return running != null && running.isAlive();
	}

	/** Whether it was started and not closed. */
	public boolean isOpen() {
		return this.open;
	}

	/**
	 * Restarts the thread if it has died. Cheap while it is alive.
	 * @param now a reading of {@link System#nanoTime()}
	 */
	public void check(long now) {
		if (now - this.lastLook > SECOND && this.open && !isAlive()) {
			long due = this.nextRestart.get();
			if (now - due >= 0 && this.nextRestart.compareAndSet(due, now + SECOND)) {
				restart();
			}
		}
	}

	private synchronized void restart() {
		if (this.open && !isAlive()) {
			this.metrics.restarted();
			run();
		}
	}

	private void sample() {
		this.pauses.mark();
		safely(() -> Rehearsal.perform(this.activities, this.clock, this.failures));
		this.lastLook = System.nanoTime();
		long cpu = this.clock.ownTime();
		while (this.open) {
			// Not a lambda, for which there may be no memory
			try {
				rehearseFollower();
				sleepAndLook();
				long used = this.clock.ownTime() - cpu;
				cpu += used;
				this.budget.used(used);
				this.metrics.used(used);
			}
			catch (Throwable ex) {
				this.failures.add(ex);
				LockSupport.parkNanos(this.idleInterval);
			}
		}
		Follower following = this.follower;
		if (following != null) {
			safely(() -> following.close(System.nanoTime()));
		}
	}

	private void safely(Runnable action) {
		try {
			action.run();
		}
		catch (Throwable ex) {
			this.failures.add(ex);
		}
	}

	private void rehearseFollower() {
		Follower following = this.follower;
		if (following != null && following != this.rehearsed) {
			this.rehearsed = following;
			following.rehearse();
		}
	}

	private void sleepAndLook() {
		long start = System.nanoTime();
		long gap = this.looks.isIdle() ? this.idleInterval : this.budget.next();
		this.intended = gap;
		// An interrupted thread would not sleep
		Thread.interrupted();
		long stoodStill = this.pauses.sleep(gap);
		long now = System.nanoTime();
		this.metrics.looked(Math.max(now - start - gap - stoodStill, 0));
		look(now, stoodStill);
		if (stoodStill > 0) {
			this.metrics.stoodStill();
			logger.warn("The process stood still for " + TimeUnit.NANOSECONDS.toMillis(stoodStill)
					+ " ms: it was stopped or swapped out, its machine paused, or garbage was collected");
		}
	}

	/**
	 * Looks once.
	 * @param now the current time
	 * @param stoodStill how long the process stood still since the last look
	 */
	void look(long now, long stoodStill) {
		LookSpan span = LookSpan.of(now, Math.max(now - this.lastLook, 0), this.intended, this.pauses.collect(now),
				stoodStill);
		this.lastLook = now;
		boolean withStacks = !this.stacks.stopsAllThreads() || now - this.nextStop >= 0;
		int taken = this.looks.taken();
		this.looks.look(span, withStacks, this.follower);
		if (this.looks.stopped() > 0) {
			this.budget.stopped(this.looks.stopped());
			this.nextStop = now + this.budget.nextStop();
		}
		this.metrics.taken(this.looks.taken() - taken);
	}

	/** The number of stacks taken so far. */
	int taken() {
		return this.looks.taken();
	}

	/** Stops the thread for good. */
	@Override
	public void close() {
		Thread running;
		synchronized (this) {
			this.closed = true;
			this.open = false;
			running = this.thread;
		}
		if (running != null) {
			LockSupport.unpark(running);
			awaitEndOf(running);
		}
	}

	/** A container reports a thread that outlives its application as a leak. */
	private static void awaitEndOf(Thread thread) {
		try {
			thread.join(TimeUnit.NANOSECONDS.toMillis(SECOND));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * How often the sampler looks.
	 *
	 * @param interval the average time between two looks, if the budget allows it
	 * @param maxCpu the share of one CPU that the sampler may use, greater than 0
	 */
	public record Settings(Duration interval, double maxCpu) {
	}

}
