package io.gmicro.sampling;

import io.gmicro.activity.Activities;

/**
 * Activities that are recognized without a stack, in addition to {@link Activities}.
 */
public final class SamplerActivities {

	/** Processed asynchronously, without a thread of the server. */
	public static final String ASYNC = "async";

	/** Stopped by a garbage collection. */
	public static final String GC = "gc";

	/** Unknown. */
	public static final String NOT_SAMPLED = "not_sampled";

	/** Ready to run, but waiting for a CPU. */
	public static final String RUNNABLE = "runnable";

	/** Stopped with the whole process. */
	public static final String STOOD_STILL = "stood_still";

	private SamplerActivities() {
	}

}
