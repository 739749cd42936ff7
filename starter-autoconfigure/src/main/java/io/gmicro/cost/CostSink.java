package io.gmicro.cost;

/**
 * Receives what a measurement of {@link ProcessCost} has found. Implementations must be
 * thread-safe.
 */
public interface CostSink {

	/**
	 * Add the cost of a measurement that has ended.
	 * @param cpuNanos the CPU time in nanoseconds, at least 0
	 * @param allocatedBytes the number of allocated bytes, at least 0
	 */
	void add(long cpuNanos, long allocatedBytes);

}
