package io.gmicro.pprof;

/**
 * Why there is no profile, in words for whoever asked for it.
 */
@SuppressWarnings("serial")
final class ProfilingException extends Exception {

	private final int status;

	/**
	 * Create an exception.
	 * @param status the HTTP status to answer with
	 * @param message one line that says what is wrong and what to do
	 */
	ProfilingException(int status, String message) {
		super(message);
		this.status = status;
	}

	int status() {
		return this.status;
	}

}
