package io.gmicro.jfr;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.management.ManagementFactory;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import org.jspecify.annotations.Nullable;

/**
 * The JDK's own extensions of the platform's beans.
 */
public final class Platform {

	private static final @Nullable MethodHandle TOTAL_ALLOCATED_BYTES = totalAllocatedBytesHandle();

	private Platform() {
	}

	/** Since Java 21, and in updates of Java 17. */
	private static @Nullable MethodHandle totalAllocatedBytesHandle() {
		try {
			return MethodHandles.publicLookup()
				.findVirtual(ThreadMXBean.class, "getTotalThreadAllocatedBytes", MethodType.methodType(long.class));
		}
		catch (ReflectiveOperationException ex) {
			return null;
		}
	}

	/**
	 * Bytes that all threads have allocated so far, those that ended included.
	 * @return the number, or -1 if this JVM does not know it
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

	/** The bean of threads, with their allocated bytes. */
	public static ThreadMXBean threads() {
		return (ThreadMXBean) ManagementFactory.getThreadMXBean();
	}

	/** Nanoseconds of processor time of the whole process so far. */
	public static long processCpuTime() {
		return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
	}

}
