package io.gmicro.custom;

/**
 * A histogram or a summary. Thread-safe.
 */
public interface Distribution {

	/**
	 * Record a value. Values that are negative, not finite, or too large for the sum are
	 * not recorded but counted in {@code gmicro_overflow_total}.
	 * @param value the value, in the unit of the metric
	 */
	void observe(double value);

}
