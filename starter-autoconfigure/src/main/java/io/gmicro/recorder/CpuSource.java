package io.gmicro.recorder;

import java.time.Duration;
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
	CPU_TIME("jdk.CPUTimeSample") {

		@Override
		Map<String, Map<String, String>> events(Duration period) {
			return Map.of(event(), Map.of("throttle", period.toMillis() + "ms"));
		}

		@Override
		Duration continuousPeriod() {
			int processors = Runtime.getRuntime().availableProcessors();
			return CONTINUOUS_PERIOD.multipliedBy((processors + MOST_PROCESSORS - 1) / MOST_PROCESSORS);
		}

	},

	/**
	 * Sampled by the clock, and only some of the running threads each time: the CPU time
	 * of a thread is divided among its samples. Samples of threads in native code show
	 * how often JFR sampled.
	 */
	EXECUTION("jdk.ExecutionSample") {

		@Override
		Map<String, Map<String, String>> events(Duration period) {
			Map<String, String> settings = Map.of("period", period.toMillis() + " ms");
			return Map.of(event(), settings, NATIVE_EVENT, settings);
		}

		@Override
		Duration continuousPeriod() {
			return CONTINUOUS_PERIOD;
		}

	};

	static final String NATIVE_EVENT = "jdk.NativeMethodSample";

	private static final Duration CONTINUOUS_PERIOD = Duration.ofMillis(20);

	/** Of a busy machine with more processors, each is sampled less often. */
	private static final int MOST_PROCESSORS = 16;

	private final String event;

	CpuSource(String event) {
		this.event = event;
	}

	static CpuSource best() {
		boolean linux = System.getProperty("os.name").startsWith("Linux");
		return (linux && Jfr.hasEvent(CPU_TIME.event)) ? CPU_TIME : EXECUTION;
	}

	String event() {
		return this.event;
	}

	/**
	 * The events to record, with their settings.
	 * @param period the interval between two samples of a thread
	 */
	abstract Map<String, Map<String, String>> events(Duration period);

	/** The interval between two samples of a thread if they are taken all the time. */
	abstract Duration continuousPeriod();

}
