package io.gmicro.capture;

import java.util.Locale;

/**
 * Why something is captured.
 */
public enum CaptureReason {

	/** Many slow requests within a minute. */
	SLOW_REQUESTS,

	/** Many responses with a status of 500 or more within a minute. */
	SERVER_ERRORS,

	/** The process used most of the CPUs for a minute. */
	CPU,

	/** The heap was nearly full after a garbage collection. */
	HEAP,

	/** Many requests and calls in flight. */
	IN_FLIGHT,

	/** Threads that wait for each other. */
	DEADLOCK,

	/** A client requested it. */
	MANUAL;

	/** The name in metrics, file names and the log. */
	public String lowerCaseName() {
		return name().toLowerCase(Locale.ROOT);
	}

}
