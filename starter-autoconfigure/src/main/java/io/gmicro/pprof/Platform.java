package io.gmicro.pprof;

import java.lang.management.ManagementFactory;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;

/**
 * The JDK's own extensions of the platform's beans.
 */
final class Platform {

	/**
	 * How the names of temporary files begin. What a process left that was killed can be
	 * told by its id.
	 */
	static final String TEMPORARY_FILES = "gmicro-pprof-" + ProcessHandle.current().pid() + "-";

	private Platform() {
	}

	static ThreadMXBean threads() {
		return (ThreadMXBean) ManagementFactory.getThreadMXBean();
	}

	/** Nanoseconds of processor time of the whole process so far. */
	static long processCpuTime() {
		return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
	}

}
