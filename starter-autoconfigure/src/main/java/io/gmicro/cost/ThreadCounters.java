package io.gmicro.cost;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

import com.sun.management.ThreadMXBean;
import io.gmicro.jfr.Platform;
import org.jspecify.annotations.Nullable;

/**
 * The JVM's counters of the CPU time and the allocated bytes of platform threads and of
 * the process. Virtual threads have none. The counters are in the module
 * {@code jdk.management}, which a JVM may lack. Thread-safe.
 */
public final class ThreadCounters {

	/** Since Java 21. */
	private static final @Nullable MethodHandle IS_VIRTUAL = isVirtualHandle();

	private ThreadCounters() {
	}

	private static @Nullable MethodHandle isVirtualHandle() {
		try {
			return MethodHandles.publicLookup()
				.findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
		}
		catch (ReflectiveOperationException ex) {
			return null;
		}
	}

	/**
	 * Whether this JVM counts the CPU time and the allocated bytes of its platform
	 * threads.
	 * @return {@code false} without the module {@code jdk.management}, or if the counters
	 * are disabled
	 */
	public static boolean areSupported() {
		try {
			ThreadMXBean threads = Beans.THREADS;
			return threads.isThreadCpuTimeSupported() && threads.isThreadCpuTimeEnabled()
					&& threads.isThreadAllocatedMemorySupported() && threads.isThreadAllocatedMemoryEnabled()
					&& processCpuNanos() >= 0;
		}
		catch (LinkageError | ClassCastException | UnsupportedOperationException ex) {
			return false;
		}
	}

	/**
	 * Whether this JVM has virtual threads.
	 * @return {@code true} since Java 21
	 */
	public static boolean existVirtualThreads() {
		return IS_VIRTUAL != null;
	}

	/** Whether the calling thread has no counters. */
	static boolean isVirtual() {
		if (IS_VIRTUAL == null) {
			return false;
		}
		try {
			return (boolean) IS_VIRTUAL.invokeExact(Thread.currentThread());
		}
		catch (RuntimeException | Error ex) {
			throw ex;
		}
		catch (Throwable ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** CPU time of the calling platform thread, or a negative number if disabled. */
	static long cpuNanos() {
		return Beans.THREADS.getCurrentThreadCpuTime();
	}

	/** CPU time of a platform thread, or a negative number if it has ended. */
	static long cpuNanos(Thread thread) {
		return Beans.THREADS.getThreadCpuTime(thread.getId());
	}

	/**
	 * Bytes that the calling platform thread allocated, or a negative number if disabled.
	 */
	static long allocatedBytes() {
		return Beans.THREADS.getCurrentThreadAllocatedBytes();
	}

	/** Bytes that a platform thread allocated, or a negative number if it has ended. */
	static long allocatedBytes(Thread thread) {
		return Beans.THREADS.getThreadAllocatedBytes(thread.getId());
	}

	/** CPU time of the process. */
	static long processCpuNanos() {
		return Platform.processCpuTime();
	}

	/**
	 * Bytes that all threads have allocated, including threads that ended, or -1 if this
	 * JVM does not count them.
	 */
	static long totalAllocatedBytes() {
		return Platform.totalAllocatedBytes();
	}

	/** Loaded on first use, since the types may be missing. */
	private static final class Beans {

		static final ThreadMXBean THREADS = Platform.threads();

	}

}
