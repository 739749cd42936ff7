package io.gmicro.recorder;

import java.util.Map;

import io.gmicro.jfr.Jfr;

/**
 * From which of JFR's events the processor time is told.
 */
enum CpuSource {

	/**
	 * Sampled by the processor time of each thread, since JDK 25 on Linux.
	 *
	 * @see <a href="https://openjdk.org/jeps/509">JEP 509</a>
	 */
	CPU_TIME("jdk.CPUTimeSample", Map.of("jdk.CPUTimeSample", Map.of("throttle", "10ms"))),

	/**
	 * Sampled by the clock, and only some of the running threads each time: a sample
	 * counts for its share of the processor time of its thread. Samples of threads in
	 * native code are taken along with them, and are what the looks are counted by.
	 */
	EXECUTION("jdk.ExecutionSample", Map.of("jdk.ExecutionSample", Map.of("period", "10 ms"), CpuSource.NATIVE_EVENT,
			Map.of("period", "10 ms")));

	static final String NATIVE_EVENT = "jdk.NativeMethodSample";

	private final String event;

	private final Map<String, Map<String, String>> events;

	CpuSource(String event, Map<String, Map<String, String>> events) {
		this.event = event;
		this.events = events;
	}

	static CpuSource best() {
		boolean linux = System.getProperty("os.name").startsWith("Linux");
		return (linux && Jfr.hasEvent(CPU_TIME.event)) ? CPU_TIME : EXECUTION;
	}

	String event() {
		return this.event;
	}

	/** What to record, each with its settings. */
	Map<String, Map<String, String>> events() {
		return this.events;
	}

}
