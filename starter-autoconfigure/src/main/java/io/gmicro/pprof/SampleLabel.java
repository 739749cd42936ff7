package io.gmicro.pprof;

/**
 * What tells samples apart beside their stacks, when asked for.
 */
enum SampleLabel {

	/** The route template of the request that the thread served. */
	ROUTE,

	/** The method of that request. */
	METHOD,

	/** The name of the thread. */
	THREAD

}
