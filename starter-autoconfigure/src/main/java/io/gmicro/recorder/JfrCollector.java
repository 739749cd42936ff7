package io.gmicro.recorder;

import java.io.IOException;
import java.time.Duration;

import io.gmicro.jfr.JfrEvents;
import io.gmicro.jfr.JfrFile;
import io.gmicro.jfr.ProfilingException;
import io.gmicro.profile.Profile;

/**
 * Collects a profile with a JFR recording.
 */
final class JfrCollector implements ProfileCollector {

	private final ProfileBuilder builder;

	private final JfrEvents recording;

	JfrCollector(ProfileBuilder builder) throws ProfilingException {
		this.builder = builder;
		this.recording = JfrEvents.openWindow(builder.events(), this::read);
		builder.begin();
	}

	private void read(JfrFile file) throws IOException {
		file.forEach(this.builder::add);
		this.builder.added(file);
	}

	@Override
	public void tick() {
		this.builder.tick();
	}

	@Override
	public Profile finish(Duration duration) throws ProfilingException {
		this.builder.end();
		this.recording.finish();
		Profile profile = this.builder.build(duration);
		this.recording.commentOn(profile);
		return profile;
	}

	@Override
	public void close() {
		this.recording.close();
	}

}
