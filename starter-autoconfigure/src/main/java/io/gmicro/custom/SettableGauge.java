package io.gmicro.custom;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A gauge set explicitly, whereas a gauge of Micrometer reads its value from a function.
 * Its initial value is 0. Thread-safe.
 */
public final class SettableGauge {

	private final AtomicLong bits = new AtomicLong();

	SettableGauge() {
	}

	/**
	 * Set the value.
	 * @param value any value, in the unit of the metric
	 */
	public void set(double value) {
		this.bits.set(Double.doubleToRawLongBits(value));
	}

	/**
	 * Add to the value.
	 * @param amount the amount to add, negative to decrease the value
	 */
	public void add(double amount) {
		this.bits.accumulateAndGet(Double.doubleToRawLongBits(amount), SettableGauge::sum);
	}

	private static long sum(long bits, long added) {
		return Double.doubleToRawLongBits(Double.longBitsToDouble(bits) + Double.longBitsToDouble(added));
	}

	/**
	 * Return the current value.
	 * @return the value
	 */
	public double value() {
		return Double.longBitsToDouble(this.bits.get());
	}

}
