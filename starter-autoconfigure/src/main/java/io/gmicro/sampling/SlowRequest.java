package io.gmicro.sampling;

import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * What is kept of one slow request.
 *
 * @param start when it began, by the wall clock
 * @param method the method label
 * @param route the route label
 * @param status the status the client saw
 * @param duration how long it took
 * @param thread the name of the thread that served it last, or what it did without one
 * @param traceId the id of its trace, or {@code null}
 * @param stacks its sampled stacks, empty when it was over before the first sample
 */
record SlowRequest(Instant start, String method, String route, String status, Duration duration, String thread,
		@Nullable String traceId, StackTree stacks) {

	int samples() {
		return this.stacks.root().samples();
	}

}
