package io.gmicro.recorder;

/**
 * What tells samples apart beside their stacks, when asked for.
 */
public enum SampleLabel {

	/** The route template of the request that the thread served. */
	ROUTE,

	/** The method of that request. */
	METHOD,

	/** The name of the thread. */
	THREAD

}
