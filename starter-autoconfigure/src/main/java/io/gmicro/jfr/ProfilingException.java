package io.gmicro.jfr;

/**
 * Thrown if a profile cannot be collected. The message is sent to the client.
 */
@SuppressWarnings("serial")
public final class ProfilingException extends Exception {

	private final int status;

	/**
	 * Creates an exception.
	 * @param status HTTP status of the response
	 * @param message one line that states the problem and what to do
	 */
	public ProfilingException(int status, String message) {
		super(message);
		this.status = status;
	}

	/** HTTP status of the response. */
	public int status() {
		return this.status;
	}

}
