package io.gmicro.pprof;

import java.util.Map;

import javax.management.JMException;

import jdk.jfr.EventSettings;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;

/**
 * What the profiles need of the JDK's flight recorder. Not loaded where the Java runtime
 * has none.
 */
final class Jfr {

	static final int STACK_DEPTH = 256;

	private Jfr() {
	}

	/**
	 * Has the recorder keep deep stacks. That is possible only before its first use.
	 */
	static void deepenStacks() {
		if (!FlightRecorder.isInitialized()) {
			try {
				DiagnosticCommand.run("jfrConfigure", "stackdepth=" + STACK_DEPTH);
			}
			catch (JMException ex) {
				// Stacks then end at the JVM's own depth, and the profiles say how many
				// did.
			}
		}
	}

	static boolean hasEvent(String name) {
		return FlightRecorder.getFlightRecorder()
			.getEventTypes()
			.stream()
			.anyMatch((type) -> type.getName().equals(name));
	}

	/**
	 * Starts a recording of its own, which leaves other recordings of the process alone.
	 * @param events the events with their settings
	 * @return the running recording
	 */
	static Recording start(Map<String, Map<String, String>> events) {
		Recording recording = new Recording();
		try {
			recording.setName("gmicro");
			events.forEach((name, settings) -> {
				EventSettings enabled = recording.enable(name);
				settings.forEach(enabled::with);
			});
			recording.start();
			return recording;
		}
		catch (RuntimeException | Error ex) {
			recording.close();
			throw ex;
		}
	}

}
