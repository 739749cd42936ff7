package io.gmicro.custom;

/**
 * What a histogram or a summary is told. Thread-safe.
 */
public interface Distribution {

	/**
	 * Adds one observation. A negative one is ignored.
	 * @param value what was observed, in the unit that the name of the metric says
	 */
	void observe(double value);

}
