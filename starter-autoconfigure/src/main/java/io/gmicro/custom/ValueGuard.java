package io.gmicro.custom;

import java.util.concurrent.atomic.AtomicBoolean;

import io.gmicro.meter.Overflow;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Keeps values out of a metric that would spoil its sum for good: negative ones, those
 * that are not finite, and those that are too large to be added up. Each is counted in
 * {@code gmicro_overflow_total}, the first one is a warning. Thread-safe.
 */
final class ValueGuard {

	/** Far from where sums of doubles end. */
	static final double LARGEST = 1e100;

	private static final Log logger = LogFactory.getLog(ValueGuard.class);

	private final AtomicBoolean reported = new AtomicBoolean();

	private final String property;

	private final Counter refused;

	ValueGuard(String name, MeterRegistry registry) {
		this.property = CustomMetric.property(name);
		this.refused = Overflow.counter(registry, name);
	}

	boolean admits(double value, double largest) {
		if (value >= 0 && value <= largest) {
			return true;
		}
		this.refused.increment();
		if (this.reported.compareAndSet(false, true)) {
			logger.warn("Not recorded: the value " + value + " of " + this.property
					+ ". Values are from 0 to what can be added up. Further ones are only counted, in "
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
