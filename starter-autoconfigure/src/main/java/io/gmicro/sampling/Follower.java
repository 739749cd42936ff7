package io.gmicro.sampling;

import io.gmicro.inflight.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Follows operations in flight in addition to what is recorded of all. Called only by the
 * sampler thread.
 */
public interface Follower {

	/**
	 * Uses all its classes once, as a class that runs out of memory may stay unusable.
	 */
	void rehearse();

	/**
	 * Begins a look.
	 * @param now the current time, a reading of {@link System#nanoTime()}
	 */
	void begin(long now);

	/**
	 * Looks at an operation in flight.
	 * @param operation the operation
	 * @param thread its thread, or {@code null} if it holds none
	 * @param now the current time
	 * @return whether a stack of its thread is wanted
	 */
	boolean visit(Operation operation, @Nullable Thread thread, long now);

	/**
	 * Receives a stack, wanted or not.
	 * @param operation the operation
	 * @param thread its thread
	 * @param activity what it does
	 * @param stack its stack, innermost call first
	 * @param now the current time
	 */
	void sampled(Operation operation, Thread thread, String activity, StackTraceElement[] stack, long now);

	/**
	 * Ends a look.
	 * @param now the current time
	 */
	void end(long now);

	/**
	 * Ends following, after the last look.
	 * @param now the current time
	 */
	void close(long now);

}
