package io.gmicro.sampling;

import java.util.Arrays;

import io.gmicro.inflight.ActiveOperations;
import io.gmicro.inflight.Operation;
import org.jspecify.annotations.Nullable;

/**
 * The stack of the thread that serves a request, as it was at one moment.
 *
 * @param thread the thread
 * @param stack its stack, innermost call first, cut where it is very deep
 */
record ThreadSample(Thread thread, StackTraceElement[] stack) {

	private static final int MAX_FRAMES = 256;

	/**
	 * Take a sample. A stack counts only if the thread still serves this operation after
	 * it was taken.
	 * @param operation the request
	 * @param active the requests that are being served
	 * @return the sample, or {@code null} if the request held no thread or has ended
	 */
	static @Nullable ThreadSample of(Operation operation, ActiveOperations active) {
		Thread thread = operation.thread();
		if (thread == null) {
			return null;
		}
		StackTraceElement[] stack = thread.getStackTrace();
		boolean served = operation.thread() == thread && active.contains(operation);
		return (served && stack.length > 0) ? new ThreadSample(thread, innermost(stack)) : null;
	}

	private static StackTraceElement[] innermost(StackTraceElement[] stack) {
		return (stack.length > MAX_FRAMES) ? Arrays.copyOf(stack, MAX_FRAMES) : stack;
	}

}
