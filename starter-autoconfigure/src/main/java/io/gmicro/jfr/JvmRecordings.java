package io.gmicro.jfr;

import java.util.function.Predicate;
import java.util.stream.Stream;

import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.RecordingState;

/**
 * Which recordings this JVM has, whoever made them.
 */
public final class JvmRecordings {

	private static final Predicate<Recording> RUNNING = (recording) -> recording.getState() == RecordingState.RUNNING;

	private JvmRecordings() {
	}

	static boolean isAnyRunning() {
		return all().anyMatch(RUNNING);
	}

	/**
	 * Whether one records in memory.
	 */
	public static boolean areInMemory() {
		return all().anyMatch(RUNNING.and((recording) -> !recording.isToDisk()));
	}

	/** Then the memory is empty, and the files may hold what was read before. */
	static boolean areOnDisk() {
		return all().filter(Recording::isToDisk)
			.anyMatch(RUNNING.or((recording) -> recording.getState() == RecordingState.STOPPED));
	}

	/** How many are ours, of all applications of this JVM. */
	static long ours() {
		return all().filter((recording) -> recording.getName().startsWith(JfrEvents.NAME)).count();
	}

	private static Stream<Recording> all() {
		return FlightRecorder.getFlightRecorder().getRecordings().stream();
	}

}
