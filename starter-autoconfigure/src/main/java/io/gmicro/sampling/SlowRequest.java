package io.gmicro.sampling;

import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * A slow request that has ended.
 *
 * @param start its start
 * @param method the method label
 * @param route the route label
 * @param status the status that the client received
 * @param duration its duration
 * @param thread the name of the last thread that served it, or
 * {@link RequestText#ASYNCHRONOUS}
 * @param traceId the ID of its trace, or {@code null}
 * @param stacks its stack samples, empty if it ended before the first sample
 */
record SlowRequest(Instant start, String method, String route, String status, Duration duration, String thread,
		@Nullable String traceId, StackTree stacks) {

	int samples() {
		return this.stacks.root().samples();
	}

}
