package io.gmicro.slow;

import org.jspecify.annotations.Nullable;

/**
 * Returns the trace of the calling thread. Declare a bean of this type if your tracer
 * does not integrate with Micrometer Tracing. Implementations must be thread-safe.
 */
@FunctionalInterface
public interface TraceIds {

	/** For applications without a tracer. */
	TraceIds NONE = () -> null;

	/**
	 * The ID of the trace.
	 * @return the ID, or {@code null} if there is none
	 */
	@Nullable String current();

}
