package io.gmicro.pprof;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/**
 * What was recorded so far, in a file that only this user can read and that is gone when
 * this is closed.
 */
final class JfrFile implements Closeable {

	private final Path path;

	private JfrFile(Path path) {
		this.path = path;
	}

	static JfrFile empty() throws IOException {
		return new JfrFile(Files.createTempFile(Platform.TEMPORARY_FILES, ".jfr"));
	}

	static JfrFile of(Recording recording) throws IOException {
		JfrFile file = empty();
		try {
			recording.dump(file.path);
			return file;
		}
		catch (IOException | RuntimeException | Error ex) {
			file.close();
			throw ex;
		}
	}

	Path path() {
		return this.path;
	}

	/**
	 * Reads all events, in no particular order. Other recordings may have added some that
	 * this one did not ask for.
	 * @param action what to do with each
	 * @throws IOException if the file cannot be read
	 */
	void forEach(Consumer<RecordedEvent> action) throws IOException {
		try (RecordingFile events = new RecordingFile(this.path)) {
			while (events.hasMoreEvents()) {
				action.accept(events.readEvent());
			}
		}
	}

	@Override
	public void close() throws IOException {
		Files.deleteIfExists(this.path);
	}

}
