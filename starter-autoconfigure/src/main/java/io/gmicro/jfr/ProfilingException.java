package io.gmicro.jfr;

/**
 * Why there is no profile, in words for whoever asked for it.
 */
@SuppressWarnings("serial")
public final class ProfilingException extends Exception {

	private final int status;

	/**
	 * Create an exception.
	 * @param status the HTTP status to answer with
	 * @param message one line that says what is wrong and what to do
	 */
	public ProfilingException(int status, String message) {
		super(message);
		this.status = status;
	}

	/** The HTTP status to answer with. */
	public int status() {
		return this.status;
	}

}
