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

import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/**
 * What was recorded for a while, in a file that only this user can read and that is gone
 * when this is closed.
 */
public final class JfrFile implements Closeable {

	private static final long MAX_SIZE = 64 * JfrRepository.MEGABYTE;

	private final Path path;

	private final Instant since;

	/**
	 * Create a view of a file.
	 * @param path the file
	 * @param since what ended until then is passed over
	 */
	JfrFile(Path path, Instant since) {
		this.path = path;
		this.since = since;
	}

	/** A new file without events, whose events up to a time are left out. */
	public static JfrFile empty(Instant since) throws IOException {
		return new JfrFile(Files.createTempFile(PrivateDirectory.get(), null, ".jfr"), since);
	}

	/**
	 * Writes the file. The recording of another may be of any size, and needs room for
	 * itself.
	 * @param recorded what it is to hold
	 * @throws ProfilingException if that is too long, or there is too little room
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

	/** Where the file is. */
	public Path path() {
		return this.path;
	}

	/** The size of the file in bytes. */
	public long size() throws IOException {
		return Files.size(this.path);
	}

	/**
	 * Reads all events, in no particular order. Other recordings may have added some that
	 * this one did not ask for.
	 * @param action what to do with each
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

	/** The same file without what ended until then. */
	JfrFile after(Instant time) {
		return time.isAfter(this.since) ? new JfrFile(this.path, time) : this;
	}

	/** Selects the events that are not left out. */
	public Predicate<RecordedEvent> recent() {
		return (event) -> event.getEndTime().isAfter(this.since);
	}

	@Override
	public void close() throws IOException {
		Files.deleteIfExists(this.path);
	}

}
