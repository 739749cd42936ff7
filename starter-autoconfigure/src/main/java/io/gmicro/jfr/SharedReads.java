package io.gmicro.jfr;

import java.nio.file.Path;

import jdk.jfr.Recording;
import org.jspecify.annotations.Nullable;

/**
 * How several applications of an application server, with a copy of these classes each,
 * share what one of them has read from the memory of JFR: the JDK tells all of them of a
 * recording, and so of the file in its name.
 */
final class SharedReads {

	private static final String NAME = "gmicro has read ";

	private SharedReads() {
	}

	/** Tells all of a file, which is there until this returns. */
	static void announce(Path file) {
		try (Recording announcement = new Recording()) {
			announcement.setName(NAME + file);
		}
	}

	/** The file that a recording announces, or {@code null} if it is an ordinary one. */
	static @Nullable Path announced(Recording recording) {
		String name = recording.getName();
		return name.startsWith(NAME) ? Path.of(name.substring(NAME.length())) : null;
	}

}
