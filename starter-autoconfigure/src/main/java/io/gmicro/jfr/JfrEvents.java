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
 * Events of some kinds from when this was opened until it is closed, recorded in memory.
 * They are handed over whenever that memory is read.
 */
public final class JfrEvents implements AutoCloseable {

	/** How the names of all such recordings begin. */
	static final String NAME = "gmicro";

	private final Recording recording = new Recording();

	private final Reader reader;

	private final boolean window;

	private final Set<String> kinds = ConcurrentHashMap.newKeySet();

	private volatile @Nullable Throwable failure;

	private volatile boolean incomplete;

	private volatile Instant start = Instant.MAX;

	private JfrEvents(Reader reader, boolean window) {
		this.reader = reader;
		this.window = window;
	}

	/**
	 * Starts to record what happens from now on.
	 * @param name the rest of the recording's name
	 * @param settings the kinds of events with their settings
	 * @param reader whom to hand events to, one file at a time
	 * @return the running recording
	 */
	public static JfrEvents open(String name, Map<String, Map<String, String>> settings, Reader reader) {
		return open(new JfrEvents(reader, false), NAME + " " + name, settings);
	}

	/**
	 * Starts to watch for a while: what happened before is handed to others.
	 */
	public static JfrEvents openWindow(Map<String, Map<String, String>> settings, Reader reader)
			throws ProfilingException {
		JfrMemory.shared().read();
		JfrEvents events = open(new JfrEvents(reader, true), NAME, settings);
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

	/** Records one more kind of event, or one with other settings. */
	public EventSettings enable(String event, Map<String, String> settings) {
		this.kinds.add(event);
		EventSettings enabled = this.recording.enable(event);
		settings.forEach(enabled::with);
		return enabled;
	}

	/**
	 * Has all that happened until now handed over.
	 * @throws ProfilingException if it was not possible
	 */
	public void read() throws ProfilingException {
		check();
		JfrMemory.shared().read();
		check();
	}

	/** Has the rest handed over and ends the recording. */
	public void finish() throws ProfilingException {
		check();
		this.kinds.forEach(this.recording::disable);
		read();
		close();
	}

	private void check() throws ProfilingException {
		Throwable cause = this.failure;
		if (cause instanceof ProfilingException known) {
			throw known;
		}
		if (cause != null || this.recording.getState() != RecordingState.RUNNING) {
			throw new ProfilingException(503, "the recording was lost: try again");
		}
	}

	/** Whether it records and nothing has failed. */
	public boolean isRunning() {
		return this.failure == null && this.recording.getState() == RecordingState.RUNNING;
	}

	boolean isWindow() {
		return this.window && this.failure == null;
	}

	/** Gives up, and frees what JFR holds for it. */
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

	/** Takes the place of one that ended, and its faults. */
	public void inherit(JfrEvents before) {
		this.incomplete |= before.incomplete || before.failure != null;
	}

	/** Says in a profile that it may not hold all. */
	public void commentOn(Profile profile) {
		if (this.incomplete) {
			profile.comment("Events may be missing: JFR's memory was full or another recording took them");
		}
	}

	@Override
	public void close() {
		JfrMemory.shared().remove(this);
		this.recording.close();
	}

	/**
	 * Takes events.
	 */
	@FunctionalInterface
	public interface Reader {

		void read(JfrFile file) throws IOException;

	}

}
