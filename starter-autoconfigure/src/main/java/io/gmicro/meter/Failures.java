package io.gmicro.meter;

import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.commons.logging.Log;
import org.jspecify.annotations.Nullable;

/**
 * Counts failures of measurements in {@code gmicro_observer_errors_total} and logs them,
 * at most one per minute, so that they do not affect requests. Never throws, and
 * allocates nothing except to log, so that it also works when memory has run out.
 * Thread-safe.
 */
public final class Failures {

	private static final long SILENCE = TimeUnit.MINUTES.toNanos(1);

	private final Counter counter;

	private final Log logger;

	/** Not a constant, which would be allocated on first use. */
	private final String what;

	private volatile long nextLine = System.nanoTime();

	/**
	 * Create an instance.
	 * @param registry the registry of the counter
	 * @param logger the logger for the failures
	 * @param what the message to log, such as "Sampling failed"
	 */
	public Failures(MeterRegistry registry, Log logger, String what) {
		this.logger = logger;
		this.what = what;
		this.counter = Counter.builder("gmicro.observer.errors")
			.description("Failures of observing requests and calls")
			.register(registry);
	}

	/**
	 * Count a failure.
	 * @param failure the failure
	 */
	public void add(Throwable failure) {
		add(null, failure);
	}

	/**
	 * Count a failure.
	 * @param source the object that failed, whose class is logged, or {@code null}
	 * @param failure the failure
	 */
	public void add(@Nullable Object source, Throwable failure) {
		try {
			this.counter.increment();
		}
		catch (Throwable ex) {
			// Still log it
		}
		try {
			if (System.nanoTime() - this.nextLine >= 0 && claim()) {
				this.logger.warn((source != null) ? this.what + " in " + source.getClass().getName() : this.what,
						failure);
			}
		}
		catch (Throwable ex) {
			// Log the next one
			this.nextLine = System.nanoTime();
		}
	}

	/** Uses a lock, as an atomic update may need memory. */
	private synchronized boolean claim() {
		long now = System.nanoTime();
		boolean due = now - this.nextLine >= 0;
		if (due) {
			this.nextLine = now + SILENCE;
		}
		return due;
	}

}
