package io.gmicro.capture;

import java.io.IOException;
import java.util.List;

/**
 * Where captures are kept. Thread-safe.
 */
interface CaptureStore {

	/**
	 * Adds a capture, and evicts the oldest ones beyond the limits.
	 * @param capture the capture
	 * @param zip its content
	 * @return where it is kept, for the log
	 */
	String add(Capture capture, byte[] zip) throws IOException;

	/** The captures, newest first. */
	List<Capture> list() throws IOException;

	/** The content of a capture that is in the list. */
	byte[] read(Capture capture) throws IOException;

}
