package io.gmicro.sampling;

import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * What the watchdog could not do. Counted first and logged afterwards, at most once a
 * minute; never throws and, but for the log, allocates nothing, so that it works without
 * memory as well. Thread-safe.
 */
final class Failures {

	private static final Log logger = LogFactory.getLog("io.gmicro.sampling.SlowRequests");

	private static final long SILENCE = TimeUnit.MINUTES.toNanos(1);

	private final Counter counter;

	/**
	 * A constant would be made when it is used first, and there may be no memory then.
	 */
	private final String what;

	private volatile long nextLine = System.nanoTime();

	Failures(MeterRegistry registry, String what) {
		this.what = what;
		this.counter = Counter.builder("gmicro.observer.errors")
			.description("Failures of observing requests and calls")
			.register(registry);
	}

	void add(Throwable failure) {
		try {
			this.counter.increment();
		}
		catch (Throwable ex) {
			// It is logged nevertheless
		}
		try {
			long now = System.nanoTime();
			if (now - this.nextLine >= 0) {
				logger.warn(this.what, failure);
				this.nextLine = now + SILENCE;
			}
		}
		catch (Throwable ex) {
			// The next one is logged
		}
	}

}
