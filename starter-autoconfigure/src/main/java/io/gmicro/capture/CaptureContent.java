package io.gmicro.capture;

import java.io.OutputStream;
import java.time.Duration;

/**
 * A file in each capture.
 *
 * @param name its name
 * @param writer writes it
 */
public record CaptureContent(String name, Writer writer) {

	/**
	 * Writes a file.
	 */
	@FunctionalInterface
	public interface Writer {

		/**
		 * Writes a file. An exception is named in the capture, which has the other files.
		 * @param out the stream to write to, which stays open and is limited in size
		 * @param past the time before the capture that matters
		 */
		void write(OutputStream out, Duration past) throws Exception;

	}

}
