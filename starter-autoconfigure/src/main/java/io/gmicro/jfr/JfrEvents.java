package io.gmicro.jfr;

import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.gmicro.profile.Profile;
import jdk.jfr.EventSettings;
import jdk.jfr.Recording;
import jdk.jfr.RecordingState;
import org.jspecify.annotations.Nullable;

/**
 * A recording in memory of some types of events, from when it is opened until it is
 * closed. Its reader receives the events whenever JFR's memory is read.
 */
public final class JfrEvents implements AutoCloseable {

	/** The comment on a profile of which events may be missing. */
	public static final String INCOMPLETE = "Events may be missing: JFR's memory was full or another recording took them";

	/** The prefix of the names of all these recordings. */
	static final String NAME = "gmicro";

	private final Recording recording = new Recording();

	private final Reader reader;

	private final boolean window;

	private final boolean continuous;

	private final Set<String> types = ConcurrentHashMap.newKeySet();

	private volatile @Nullable Throwable failure;

	private volatile boolean incomplete;

	private volatile Instant start = Instant.MAX;

	private JfrEvents(Reader reader, boolean window, boolean continuous) {
		this.reader = reader;
		this.window = window;
		this.continuous = continuous;
	}

	/**
	 * Starts a recording that may run for as long as the application.
	 * @param name the rest of the recording's name
	 * @param settings the settings by type of event
	 * @param reader receives the events, one file at a time
	 * @return the running recording
	 */
	public static JfrEvents open(String name, Map<String, Map<String, String>> settings, Reader reader) {
		return open(new JfrEvents(reader, false, true), NAME + " " + name, settings);
	}

	/**
	 * Starts a recording that may run for as long as the application, and whose reader
	 * also receives events before JFR's memory is full.
	 * @param name the rest of the recording's name
	 * @param settings the settings by type of event
	 * @param reader receives the events, one file at a time
	 * @return the running recording
	 */
	public static JfrEvents openContinuous(String name, Map<String, Map<String, String>> settings, Reader reader) {
		return open(new JfrEvents(reader, true, true), NAME + " " + name, settings);
	}

	/**
	 * Starts a recording for a limited time. Earlier events are read first, so that it
	 * does not receive them.
	 * @param settings the settings by type of event
	 * @param reader receives the events, one file at a time
	 * @return the running recording
	 * @throws ProfilingException if the earlier events cannot be read
	 */
	public static JfrEvents openWindow(Map<String, Map<String, String>> settings, Reader reader)
			throws ProfilingException {
		JfrMemory.shared().read();
		JfrEvents events = open(new JfrEvents(reader, true, false), NAME, settings);
		events.start = Instant.MIN;
		return events;
	}

	private static JfrEvents open(JfrEvents events, String name, Map<String, Map<String, String>> settings) {
		try {
			events.recording.setName(name);
			events.recording.setToDisk(false);
			settings.forEach(events::enable);
			events.start = JfrMemory.shared().start(events, events.recording);
			return events;
		}
		catch (RuntimeException | Error ex) {
			events.close();
			throw ex;
		}
	}

	/** Enables a type of event, or changes its settings. */
	public void enable(String type, Map<String, String> settings) {
		this.types.add(type);
		EventSettings enabled = this.recording.enable(type);
		settings.forEach(enabled::with);
	}

	/**
	 * Passes all events so far to the reader.
	 * @throws ProfilingException if they cannot be read
	 */
	public void read() throws ProfilingException {
		check();
		JfrMemory.shared().read();
		check();
	}

	/**
	 * Passes the remaining events to the reader and ends the recording.
	 * @throws ProfilingException if they cannot be read
	 */
	public void finish() throws ProfilingException {
		check();
		this.types.forEach(this.recording::disable);
		read();
		close();
	}

	private void check() throws ProfilingException {
		Throwable cause = this.failure;
		if (cause instanceof ProfilingException known) {
			throw known;
		}
		if (!isRunning()) {
			throw new ProfilingException(503, "the recording was lost: try again");
		}
	}

	/** Whether it records and has not failed. */
	public boolean isRunning() {
		return this.failure == null && this.recording.getState() == RecordingState.RUNNING;
	}

	/** Whether it may run for as long as the application. */
	boolean isContinuous() {
		return this.continuous;
	}

	boolean isWindow() {
		return this.window && this.failure == null;
	}

	/** Ends the recording and frees JFR's memory for it. */
	void fail(Throwable cause) {
		this.failure = cause;
		this.recording.close();
	}

	void accept(JfrFile file, boolean someMissing) {
		if (this.failure == null) {
			this.incomplete |= someMissing;
			try {
				this.reader.read(file.after(this.start));
			}
			catch (Throwable ex) {
				this.failure = ex;
			}
		}
	}

	/** Replaces a recording that ended, whose events may be missing. */
	public void inherit(JfrEvents before) {
		this.incomplete |= before.incomplete || before.failure != null;
	}

	/** Adds a comment to a profile if events may be missing. */
	public void commentOn(Profile profile) {
		if (this.incomplete) {
			profile.comment(INCOMPLETE);
		}
	}

	/** Whether events may be missing since the last call. */
	public boolean clearIncomplete() {
		boolean before = this.incomplete;
		this.incomplete = false;
		return before;
	}

	@Override
	public void close() {
		JfrMemory.shared().remove(this);
		this.recording.close();
	}

	/**
	 * Receives events.
	 */
	@FunctionalInterface
	public interface Reader {

		void read(JfrFile file) throws IOException;

	}

}
