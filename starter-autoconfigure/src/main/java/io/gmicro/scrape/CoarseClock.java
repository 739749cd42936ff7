package io.gmicro.scrape;

import java.util.concurrent.locks.LockSupport;

import io.micrometer.core.instrument.Clock;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * A clock for a registry that is scraped. Its meters ask for the time of day on every
 * record, twice for a histogram, only to see whether a window of twenty seconds is over;
 * this one answers from memory what a daemon thread reads ten times a second. What is
 * measured with {@link #monotonicTime()} is exact. Before {@link #start()} and after
 * {@link #close()} the time of day is exact as well. Not for registries that push: theirs
 * have to be on time. Thread-safe.
 */
public final class CoarseClock implements Clock, AutoCloseable {

	private static final Log logger = LogFactory.getLog(CoarseClock.class);

	/** How far the time of day may lag behind, in nanoseconds. */
	private static final long PERIOD = 100_000_000;

	private static final long LONGEST_END = 1_000;

	private static final long EXACT = Long.MIN_VALUE;

	private volatile long wallTime = EXACT;

	private volatile @Nullable Thread thread;

	/**
	 * The time of day.
	 * @return milliseconds since 1970, up to about a tenth of a second ago
	 */
	@Override
	public long wallTime() {
		long known = this.wallTime;
		return (known != EXACT) ? known : Clock.SYSTEM.wallTime();
	}

	@Override
	public long monotonicTime() {
		return Clock.SYSTEM.monotonicTime();
	}

	/**
	 * Start to answer from memory. Where there can be no thread, the time of day stays
	 * exact.
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
			logger.warn("The thread gmicro-clock could not be started: every record reads the clock itself", ex);
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
	 * Answer exactly again, and end the thread.
	 */
	@Override
	public void close() {
		Thread running = this.thread;
		this.thread = null;
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
			thread.join(LONGEST_END);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
