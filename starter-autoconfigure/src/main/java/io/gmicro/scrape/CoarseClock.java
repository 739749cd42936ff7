package io.gmicro.scrape;

import java.util.concurrent.locks.LockSupport;

import io.micrometer.core.instrument.Clock;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * A clock for a registry that is scraped. Meters read the time of day on every record,
 * twice for a histogram, only to rotate time windows of several seconds. This clock
 * returns the time of day that a daemon thread reads ten times per second.
 * {@link #monotonicTime()} is exact, as is the time of day before {@link #start()} and
 * after {@link #close()}. Not for registries that push, which need the exact time.
 * Thread-safe.
 */
public final class CoarseClock implements Clock, AutoCloseable {

	private static final Log logger = LogFactory.getLog(CoarseClock.class);

	/** Interval of the readings, in nanoseconds. */
	private static final long PERIOD = 100_000_000;

	private static final long STOP_TIMEOUT_MILLIS = 1_000;

	private static final long EXACT = Long.MIN_VALUE;

	private volatile long wallTime = EXACT;

	private volatile @Nullable Thread thread;

	/**
	 * Return the time of day.
	 * @return milliseconds since 1970, at most about a tenth of a second behind
	 */
	@Override
	public long wallTime() {
		long latest = this.wallTime;
		return (latest != EXACT) ? latest : Clock.SYSTEM.wallTime();
	}

	@Override
	public long monotonicTime() {
		return Clock.SYSTEM.monotonicTime();
	}

	/**
	 * Start the thread. If it cannot be started, the time of day stays exact.
	 */
	public void start() {
		Thread started = new Thread(this::tick, "gmicro-clock");
		started.setDaemon(true);
		this.thread = started;
		try {
			started.start();
		}
		catch (OutOfMemoryError ex) {
			this.thread = null;
			logger.warn("The thread gmicro-clock could not be started: every record reads the system clock", ex);
		}
	}

	private void tick() {
		try {
			while (this.thread == Thread.currentThread()) {
				this.wallTime = Clock.SYSTEM.wallTime();
				LockSupport.parkNanos(PERIOD);
			}
		}
		finally {
			this.wallTime = EXACT;
		}
	}

	/**
	 * Stop the thread. The time of day is exact again.
	 */
	@Override
	public void close() {
		Thread running = this.thread;
		this.thread = null;
		if (running != null) {
			LockSupport.unpark(running);
			try {
				// On undeploy, containers report threads that still run as leaks
				running.join(STOP_TIMEOUT_MILLIS);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}
	}

}
