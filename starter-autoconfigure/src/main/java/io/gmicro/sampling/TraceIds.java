package io.gmicro.sampling;

import org.jspecify.annotations.Nullable;

/**
 * Knows the trace that the calling thread is part of. An application with a tracer that
 * Micrometer does not know declares a bean of this type. Thread-safe.
 */
@FunctionalInterface
public interface TraceIds {

	/** Without a tracer there are no traces. */
	TraceIds NONE = () -> null;

	/**
	 * The id of the trace.
	 * @return the id, or {@code null} if there is none
	 */
	@Nullable String current();

}
