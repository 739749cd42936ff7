package io.gmicro.custom;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A gauge that is told its value, which Micrometer's, a function that is asked for it, is
 * not. It starts at 0. Thread-safe.
 */
public final class SettableGauge {

	private final AtomicLong bits = new AtomicLong();

	SettableGauge() {
	}

	/**
	 * Replaces the value.
	 * @param value any value, in the unit that the name of the metric says
	 */
	public void set(double value) {
		this.bits.set(Double.doubleToRawLongBits(value));
	}

	/**
	 * Moves the value.
	 * @param amount what is added, negative to go down
	 */
	public void add(double amount) {
		this.bits.accumulateAndGet(Double.doubleToRawLongBits(amount), SettableGauge::sum);
	}

	private static long sum(long bits, long added) {
		return Double.doubleToRawLongBits(Double.longBitsToDouble(bits) + Double.longBitsToDouble(added));
	}

	/**
	 * The value that is published.
	 * @return what was last set, and added since
	 */
	public double value() {
		return Double.longBitsToDouble(this.bits.get());
	}

}
