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
 * Has the watchdog look again and again, on one daemon thread. What a look throws does
 * not end it. Should the thread die nevertheless, {@link #check} starts another, at most
 * one a second, until it is closed; closed, it stays closed. Thread-safe.
 */
final class WatchdogThread implements AutoCloseable {

	private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

	private final AtomicLong nextRestart = new AtomicLong(System.nanoTime());

	private final Watchdog watchdog;

	private final Standstill standstill;

	private final Failures failures;

	private final Failures startFailures;

	private final Counter restarts;

	private final ThreadFactory threads;

	private final long period;

	private volatile @Nullable Thread thread;

	private volatile boolean open;

	private boolean closed;

	private volatile long lastLook = System.nanoTime();

	WatchdogThread(Watchdog watchdog, long period, MeterRegistry registry) {
		this(watchdog, period, registry, new Standstill(), WatchdogThread::daemon);
	}

	WatchdogThread(Watchdog watchdog, long period, MeterRegistry registry, Standstill standstill,
			ThreadFactory threads) {
		this.threads = threads;
		this.watchdog = watchdog;
		this.period = period;
		this.standstill = standstill;
		this.failures = new Failures(registry, SlowRequests.logger, "A look at running requests failed");
		this.startFailures = new Failures(registry, SlowRequests.logger,
				"The watchdog for slow requests could not be started and is tried "
						+ "again: until then slow requests are only counted");
		this.restarts = Counter.builder("gmicro.watchdog.restarts")
			.description("Restarts of the watchdog that samples slow requests")
			.register(registry);
	}

	/** Without what the thread of a request would pass on to it. */
	private static Thread daemon(Runnable task) {
		Thread thread = new Thread(null, task, "gmicro-watchdog", 0, false);
		thread.setDaemon(true);
		return thread;
	}

	/**
	 * Begin to look, unless it was closed.
	 */
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

	/** Whether what has ended will be looked at. */
	boolean isOpen() {
		return this.open;
	}

	/**
	 * See that there is a thread. Costs next to nothing while there is.
	 * @param now a reading of {@link System#nanoTime()}
	 */
	void check(long now) {
		if (now - this.lastLook > SECOND && this.open && !isAlive()) {
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
			look();
			try {
				this.standstill.sleep(this.period, this.watchdog);
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

	private void look() {
		try {
			long now = System.nanoTime();
			this.lastLook = now;
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

	/**
	 * A container that undeploys an application takes a thread that still runs for a
	 * leak.
	 */
	private static void awaitEndOf(Thread thread) {
		try {
			thread.join(TimeUnit.NANOSECONDS.toMillis(SECOND));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
