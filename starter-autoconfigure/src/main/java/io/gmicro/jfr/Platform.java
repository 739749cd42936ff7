package io.gmicro.jfr;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.management.ManagementFactory;

import javax.management.JMException;
import javax.management.ObjectName;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import org.jspecify.annotations.Nullable;

/**
 * MXBeans that only the JDK has, in the module {@code jdk.management}.
 */
public final class Platform {

	private static final @Nullable MethodHandle TOTAL_ALLOCATED_BYTES = totalAllocatedBytesHandle();

	private Platform() {
	}

	/**
	 * Since Java 21, and in updates of Java 17. Without the module, diagnostic commands
	 * must still be refused by an exception.
	 */
	private static @Nullable MethodHandle totalAllocatedBytesHandle() {
		try {
			return MethodHandles.publicLookup()
				.findVirtual(ThreadMXBean.class, "getTotalThreadAllocatedBytes", MethodType.methodType(long.class));
		}
		catch (ReflectiveOperationException | LinkageError ex) {
			return null;
		}
	}

	/**
	 * Bytes that all threads have allocated so far, including threads that ended.
	 * @return the number of bytes, or -1 if this JVM does not count them
	 */
	public static long totalAllocatedBytes() {
		if (TOTAL_ALLOCATED_BYTES == null) {
			return -1;
		}
		try {
			return (long) TOTAL_ALLOCATED_BYTES.invoke(threads());
		}
		catch (UnsupportedOperationException ex) {
			return -1;
		}
		catch (RuntimeException | Error ex) {
			throw ex;
		}
		catch (Throwable ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** The bean that also counts the CPU time and the allocated bytes of threads. */
	public static ThreadMXBean threads() {
		return (ThreadMXBean) ManagementFactory.getThreadMXBean();
	}

	/** CPU time of the process so far, in nanoseconds. */
	public static long processCpuTime() {
		return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
	}

	/**
	 * Runs a command of {@code jcmd} in this JVM.
	 * @param command the name of its operation, such as {@code gcClassHistogram}
	 * @param arguments its arguments
	 * @return the output
	 * @throws JMException if this JVM does not have the command
	 */
	public static String diagnosticCommand(String command, String... arguments) throws JMException {
		return (String) ManagementFactory.getPlatformMBeanServer()
			.invoke(new ObjectName("com.sun.management:type=DiagnosticCommand"), command, new Object[] { arguments },
					new String[] { String[].class.getName() });
	}

}
