package io.gmicro.sampling;

/**
 * Activities that are recognized without a stack, in addition to {@link Activities}.
 */
final class SamplerActivities {

	/** Processed asynchronously, without a thread of the server. */
	static final String ASYNC = "async";

	/** Stopped by a garbage collection. */
	static final String GC = "gc";

	/** Unknown. */
	static final String NOT_SAMPLED = "not_sampled";

	/** Ready to run, but waiting for a CPU. */
	static final String RUNNABLE = "runnable";

	/** Stopped with the whole process. */
	static final String STOOD_STILL = "stood_still";

	private SamplerActivities() {
	}

}
