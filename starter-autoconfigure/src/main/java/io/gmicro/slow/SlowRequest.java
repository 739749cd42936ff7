package io.gmicro.slow;

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
 * @param traceId the ID of its trace, or {@code null}
 * @param coldStart whether the application had just been started
 * @param observed its samples
 */
record SlowRequest(Instant start, String method, String route, String status, Duration duration,
		@Nullable String traceId, boolean coldStart, RequestSamples observed) {

	/** The name of the last thread, or {@link RequestText#ASYNCHRONOUS}. */
	String thread() {
		return this.observed.thread();
	}

	StackTree stacks() {
		return this.observed.stacks();
	}

	Timeline timeline() {
		return this.observed.timeline();
	}

	int samples() {
		return stacks().root().samples();
	}

}
