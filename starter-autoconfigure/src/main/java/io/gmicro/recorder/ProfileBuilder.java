package io.gmicro.recorder;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;

import io.gmicro.jfr.JfrFile;
import io.gmicro.profile.Profile;
import jdk.jfr.consumer.RecordedEvent;

/**
 * Builds the profile of a time span from the events of a recording and from what the JVM
 * counts. Events may be added after the time span has ended. Not thread-safe, but events
 * may be added by another thread than the one that calls {@link #tick()}.
 */
interface ProfileBuilder {

	/** The events to record, with their settings. */
	Map<String, Map<String, String>> events();

	/** Begins the time span, once the events are recorded. */
	default void begin() {
	}

	/** Called about once a second. */
	default void tick() {
	}

	/** Ends the time span. */
	default void end() {
	}

	/** Adds an event. Events of other profiles are ignored. */
	void add(RecordedEvent event);

	/**
	 * Called after all events of a file were added.
	 * @param file the file
	 * @throws IOException if the file cannot be read
	 */
	default void added(JfrFile file) throws IOException {
	}

	/**
	 * Builds the profile, once all events were added.
	 * @param duration the length of the time span
	 * @return the profile
	 */
	Profile build(Duration duration);

}
