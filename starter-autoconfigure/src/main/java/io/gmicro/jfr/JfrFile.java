package io.gmicro.jfr;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.Predicate;

import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.jspecify.annotations.Nullable;

/**
 * A file of recorded events that only this user can read. Closing it deletes it.
 */
public final class JfrFile implements Closeable {

	private static final long MAX_SIZE = 64 * JfrRepository.MEGABYTE;

	private static final String SHARED_NAME = "gmicro has read ";

	private final Path path;

	private final Instant since;

	private JfrFile(Path path, Instant since) {
		this.path = path;
		this.since = since;
	}

	/**
	 * Creates an empty file.
	 * @param since events that ended at this time or before are ignored
	 */
	public static JfrFile create(Instant since) throws IOException {
		return new JfrFile(Files.createTempFile(PrivateDirectory.get(), null, ".jfr"), since);
	}

	/**
	 * Writes the file. Recordings of other tools may be of any size, so the size and the
	 * free space are checked while writing.
	 * @param recorded the content
	 * @throws ProfilingException if it is too large, or too little space is free
	 */
	void fill(InputStream recorded) throws IOException, ProfilingException {
		byte[] block = new byte[1 << 20];
		long size = 0;
		try (OutputStream out = Files.newOutputStream(this.path)) {
			for (int count = recorded.readNBytes(block, 0, block.length); count > 0; count = recorded.readNBytes(block,
					0, block.length)) {
				size += count;
				if (size > MAX_SIZE) {
					throw new ProfilingException(503,
							"more than " + MAX_SIZE / JfrRepository.MEGABYTE + " MB was recorded since the last time");
				}
				JfrRepository.requireSpace(this.path, JfrRepository.LEAST_SPACE / 2);
				out.write(block, 0, count);
			}
		}
	}

	/** The path of the file. */
	public Path path() {
		return this.path;
	}

	/** The size of the file in bytes. */
	public long size() throws IOException {
		return Files.size(this.path);
	}

	/**
	 * Reads all events, in no particular order. They may include events that only other
	 * recordings enabled.
	 * @param action called for each event
	 * @throws IOException if the file cannot be read
	 */
	public void forEach(Consumer<RecordedEvent> action) throws IOException {
		Predicate<RecordedEvent> recent = recent();
		try (RecordingFile events = new RecordingFile(this.path)) {
			while (events.hasMoreEvents()) {
				RecordedEvent event = events.readEvent();
				if (recent.test(event)) {
					action.accept(event);
				}
			}
		}
	}

	/** The same file without the events that ended at the given time or before. */
	JfrFile after(Instant time) {
		return time.isAfter(this.since) ? new JfrFile(this.path, time) : this;
	}

	/** Matches the events that are not ignored. */
	public Predicate<RecordedEvent> recent() {
		return (event) -> event.getEndTime().isAfter(this.since);
	}

	/**
	 * Shares the file with the other applications of an application server. Each has its
	 * own copy of these classes, but JFR notifies the listeners of all of them about a
	 * recording, whose name contains the path. The file must exist until this returns.
	 */
	void share() {
		try (Recording announcement = new Recording()) {
			announcement.setName(SHARED_NAME + this.path);
		}
	}

	/** The file that a recording was created to share, or {@code null}. */
	static @Nullable JfrFile shared(Recording recording) {
		String name = recording.getName();
		return name.startsWith(SHARED_NAME) ? new JfrFile(Path.of(name.substring(SHARED_NAME.length())), Instant.MIN)
				: null;
	}

	@Override
	public void close() throws IOException {
		Files.deleteIfExists(this.path);
	}

}
