package io.gmicro.recorder;

import java.io.IOException;
import java.time.Duration;

import io.gmicro.jfr.ProfilingException;
import io.gmicro.profile.Profile;

/**
 * Compares how things are at its end with how they were at its start. The time is that of
 * the snapshot: tools refuse a profile that has two.
 */
final class DifferenceCollector implements ProfileCollector {

	private final Profiler.Starter<Profile> snapshot;

	private final Profile before;

	DifferenceCollector(Profiler.Starter<Profile> snapshot)
			throws IOException, ProfilingException, InterruptedException {
		this.snapshot = snapshot;
		this.before = snapshot.start();
	}

	@Override
	public Profile finish(Duration duration) throws IOException, ProfilingException, InterruptedException {
		Profile difference = this.snapshot.start().duration(duration);
		difference.subtract(this.before);
		return difference;
	}

	@Override
	public void close() {
		// There is nothing to stop.
	}

}
