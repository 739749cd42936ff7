package io.gmicro.meter;

import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.commons.logging.Log;
import org.jspecify.annotations.Nullable;

/**
 * Failures of measuring, which must not become ones of serving: counted first in
 * {@code gmicro_observer_errors_total} and logged afterwards, at most once a minute.
 * Never throws and, but for the log, allocates nothing, so that it works without memory
 * as well. Thread-safe.
 */
public final class Failures {

	private static final long SILENCE = TimeUnit.MINUTES.toNanos(1);

	private final Counter counter;

	private final Log logger;

	/**
	 * A constant would be made when it is used first, and there may be no memory then.
	 */
	private final String what;

	private volatile long nextLine = System.nanoTime();

	/**
	 * Create a count.
	 * @param registry where it is counted
	 * @param logger where it is logged
	 * @param what what failed, as the log says it
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
	 * @param failure how it failed
	 */
	public void add(Throwable failure) {
		add(null, failure);
	}

	/**
	 * Count a failure.
	 * @param source what failed, whose class is logged, or {@code null}
	 * @param failure how it failed
	 */
	public void add(@Nullable Object source, Throwable failure) {
		try {
			this.counter.increment();
		}
		catch (Throwable ex) {
			// It is logged nevertheless
		}
		try {
			if (isDue()) {
				this.logger.warn((source != null) ? this.what + " in " + source.getClass().getName() : this.what,
						failure);
			}
		}
		catch (Throwable ex) {
			// The next one is logged
			this.nextLine = System.nanoTime();
		}
	}

	private boolean isDue() {
		return System.nanoTime() - this.nextLine >= 0 && claim();
	}

	/** With a lock: an atomic object may need memory, which a full heap has not. */
	private synchronized boolean claim() {
		long now = System.nanoTime();
		boolean due = now - this.nextLine >= 0;
		if (due) {
			this.nextLine = now + SILENCE;
		}
		return due;
	}

}
