package io.gmicro.recorder;

import java.io.IOException;
import java.time.Duration;

import io.gmicro.jfr.ProfilingException;
import io.gmicro.profile.Profile;

/**
 * Collects a profile over a time span, from its creation until it is finished. Not
 * thread-safe.
 */
public interface ProfileCollector extends AutoCloseable {

	/**
	 * Called about twice a second.
	 */
	default void tick() {
	}

	/**
	 * Ends the time span.
	 * @param duration the length of the time span
	 * @return the profile
	 * @throws IOException if the recording cannot be read
	 * @throws ProfilingException if the profile cannot be collected
	 * @throws InterruptedException if the thread is interrupted
	 */
	Profile finish(Duration duration) throws IOException, ProfilingException, InterruptedException;

	@Override
	default void close() {
	}

}
