package io.gmicro.recorder;

import java.io.IOException;
import java.time.Duration;

import io.gmicro.jfr.ProfilingException;
import io.gmicro.profile.Profile;

/**
 * Something that is being watched from when the window was opened until it is finished.
 * Used by one thread.
 */
public interface Window extends AutoCloseable {

	/**
	 * Called about twice a second while the window is open.
	 */
	default void tick() {
	}

	/**
	 * Ends the window.
	 * @param duration how long it was open
	 * @return what happened in it
	 * @throws IOException if that cannot be read
	 * @throws ProfilingException if it cannot be collected
	 * @throws InterruptedException if the thread is interrupted
	 */
	Profile finish(Duration duration) throws IOException, ProfilingException, InterruptedException;

	@Override
	void close();

}
