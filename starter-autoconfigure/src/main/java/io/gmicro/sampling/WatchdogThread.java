package io.gmicro.sampling;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import io.gmicro.meter.Failures;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;

/**
 * Runs the watchdog on one daemon thread, from {@link #start()} until it is closed for
 * good. An exception in a tick does not end the thread. If the thread dies nevertheless,
 * {@link #check} starts another, at most one per second. Thread-safe.
 */
final class WatchdogThread implements AutoCloseable {

	private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

	private final AtomicLong nextRestart = new AtomicLong(System.nanoTime());

	private final Watchdog watchdog;

	private final Failures failures;

	private final Failures startFailures;

	private final Counter restarts;

	private final ThreadFactory threads;

	private final long period;

	private volatile @Nullable Thread thread;

	private volatile boolean open;

	private boolean closed;

	private volatile long lastTick = System.nanoTime();

	WatchdogThread(Watchdog watchdog, long period, MeterRegistry registry) {
		this(watchdog, period, registry, WatchdogThread::daemon);
	}

	WatchdogThread(Watchdog watchdog, long period, MeterRegistry registry, ThreadFactory threads) {
		this.threads = threads;
		this.watchdog = watchdog;
		this.period = period;
		this.failures = new Failures(registry, SlowRequests.logger, "Sampling running requests failed");
		this.startFailures = new Failures(registry, SlowRequests.logger,
				"The watchdog for slow requests could not be started: slow requests are only counted "
						+ "until a retry succeeds");
		this.restarts = Counter.builder("gmicro.watchdog.restarts")
			.description("Restarts of the watchdog that samples slow requests")
			.register(registry);
	}

	/** Inherits no thread locals: a request may be the one that restarts the thread. */
	private static Thread daemon(Runnable task) {
		Thread thread = new Thread(null, task, "gmicro-watchdog", 0, false);
		thread.setDaemon(true);
		return thread;
	}

	/** Starts the thread, unless it was closed. */
	synchronized void start() {
		if (!this.closed && !isAlive()) {
			this.open = true;
			run();
		}
	}

	private void run() {
		try {
			Thread started = this.threads.newThread(this::watch);
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

	/** Whether ended requests are taken over. */
	boolean isOpen() {
		return this.open;
	}

	/**
	 * Restarts the thread if it has died. Cheap while it is alive.
	 * @param now a reading of {@link System#nanoTime()}
	 */
	void check(long now) {
		if (now - this.lastTick > SECOND && this.open && !isAlive()) {
			long due = this.nextRestart.get();
			if (now - due >= 0 && this.nextRestart.compareAndSet(due, now + SECOND)) {
				restart();
			}
		}
	}

	private synchronized void restart() {
		if (this.open && !isAlive()) {
			this.restarts.increment();
			run();
		}
	}

	private void watch() {
		try {
			this.watchdog.rehearse();
		}
		catch (Throwable ex) {
			this.failures.add(ex);
		}
		while (this.open) {
			tick();
			try {
				this.watchdog.sleep(this.period);
			}
			catch (Throwable ex) {
				this.failures.add(ex);
			}
		}
		try {
			this.watchdog.close(System.nanoTime());
		}
		catch (Throwable ex) {
			this.failures.add(ex);
		}
	}

	private void tick() {
		try {
			long now = System.nanoTime();
			this.lastTick = now;
			this.watchdog.tick(now);
		}
		catch (Throwable ex) {
			this.failures.add(ex);
		}
	}

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

}
