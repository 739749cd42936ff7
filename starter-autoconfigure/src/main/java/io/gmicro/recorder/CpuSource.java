package io.gmicro.recorder;

import java.util.Map;

import io.gmicro.jfr.Jfr;

/**
 * The JFR event from which CPU time is sampled.
 */
enum CpuSource {

	/**
	 * Sampled by the CPU time of each thread, since JDK 25 on Linux.
	 *
	 * @see <a href="https://openjdk.org/jeps/509">JEP 509</a>
	 */
	CPU_TIME("jdk.CPUTimeSample", Map.of("jdk.CPUTimeSample", Map.of("throttle", "10ms"))),

	/**
	 * Sampled by the clock, and only some of the running threads each time: the CPU time
	 * of a thread is divided among its samples. Samples of threads in native code show
	 * how often JFR sampled.
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

	/** The events to record, with their settings. */
	Map<String, Map<String, String>> events() {
		return this.events;
	}

}
