package io.gmicro.pprof;

import java.util.Map;

/**
 * From which of JFR's events the processor time is told.
 */
enum CpuSource {

	/**
	 * Sampled by the processor time of each thread, since JDK 25 on Linux.
	 *
	 * @see <a href="https://openjdk.org/jeps/509">JEP 509</a>
	 */
	CPU_TIME("jdk.CPUTimeSample", Map.of("throttle", "10ms")),

	/**
	 * Sampled by the clock, and only some of the running threads each time: a sample
	 * counts for its share of the processor time of its thread.
	 */
	EXECUTION("jdk.ExecutionSample", Map.of("period", "10 ms"));

	private final String event;

	private final Map<String, String> settings;

	CpuSource(String event, Map<String, String> settings) {
		this.event = event;
		this.settings = settings;
	}

	static CpuSource best() {
		boolean linux = System.getProperty("os.name").startsWith("Linux");
		return (linux && Jfr.hasEvent(CPU_TIME.event)) ? CPU_TIME : EXECUTION;
	}

	String event() {
		return this.event;
	}

	Map<String, String> settings() {
		return this.settings;
	}

}
