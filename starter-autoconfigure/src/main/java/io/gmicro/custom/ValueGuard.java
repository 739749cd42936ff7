package io.gmicro.custom;

import java.util.concurrent.atomic.AtomicBoolean;

import io.gmicro.meter.Overflow;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Rejects values that would permanently corrupt the sum of a metric: negative, not
 * finite, or too large. Rejected values are counted in {@code gmicro_overflow_total}, and
 * the first one is logged. Thread-safe.
 */
final class ValueGuard {

	/** Far below the largest double, so that sums do not overflow. */
	static final double LARGEST = 1e100;

	private static final Log logger = LogFactory.getLog(ValueGuard.class);

	private final AtomicBoolean reported = new AtomicBoolean();

	private final String property;

	private final Counter rejected;

	ValueGuard(String name, MeterRegistry registry) {
		this.property = CustomMetric.property(name);
		this.rejected = Overflow.counter(registry, name);
	}

	boolean admits(double value, double largest) {
		if (value >= 0 && value <= largest) {
			return true;
		}
		this.rejected.increment();
		if (this.reported.compareAndSet(false, true)) {
			logger.warn("Not recorded: the value " + value + " of " + this.property
					+ ". Values must not be negative or too large for the sum. Further ones are only counted in "
					+ "gmicro_overflow_total");
		}
		return false;
	}

	Counter guard(Counter counter) {
		return new GuardedCounter(counter, this);
	}

	private record GuardedCounter(Counter counter, ValueGuard guard) implements Counter {

		@Override
		public void increment() {
			this.counter.increment();
		}

		@Override
		public void increment(double amount) {
			if (this.guard.admits(amount, LARGEST)) {
				this.counter.increment(amount);
			}
		}

		@Override
		public double count() {
			return this.counter.count();
		}

		@Override
		public Meter.Id getId() {
			return this.counter.getId();
		}

	}

}
