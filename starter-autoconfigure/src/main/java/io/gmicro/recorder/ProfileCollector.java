package io.gmicro.recorder;

import java.io.IOException;
import java.time.Duration;

import io.gmicro.jfr.ProfilingException;
import io.gmicro.profile.Profile;

/**
 * Collects a profile of what happens from when it was created until it is finished. Used
 * by one thread.
 */
public interface ProfileCollector extends AutoCloseable {

	/**
	 * Called about twice a second meanwhile.
	 */
	default void tick() {
	}

	/**
	 * Ends it.
	 * @param duration how long that was
	 * @return what happened meanwhile
	 * @throws IOException if that cannot be read
	 * @throws ProfilingException if it cannot be collected
	 * @throws InterruptedException if the thread is interrupted
	 */
	Profile finish(Duration duration) throws IOException, ProfilingException, InterruptedException;

	@Override
	void close();

}
