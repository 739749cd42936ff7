package io.gmicro.custom;

/**
 * What a histogram or a summary is told. Thread-safe.
 */
public interface Distribution {

	/**
	 * Adds one observation. A negative one, one that is not finite, and one that is too
	 * large to be added up are not recorded, but counted in
	 * {@code gmicro_overflow_total}.
	 * @param value what was observed, in the unit that the name of the metric says
	 */
	void observe(double value);

}
