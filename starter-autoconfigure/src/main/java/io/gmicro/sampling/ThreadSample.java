package io.gmicro.sampling;

import java.util.Arrays;

import io.gmicro.inflight.ActiveOperations;
import io.gmicro.inflight.Operation;
import org.jspecify.annotations.Nullable;

/**
 * The stack of the thread that serves an operation, at one moment.
 *
 * @param thread the thread
 * @param stack its stack, innermost call first, without the calls of the server and at
 * most {@value #MAX_FRAMES} calls
 */
public record ThreadSample(Thread thread, StackTraceElement[] stack) {

	private static final int MAX_FRAMES = 256;

	/**
	 * Takes a sample. A stack counts only if the thread still serves the same operation
	 * afterwards.
	 * @param operation the operation
	 * @param active the operations in flight
	 * @return the sample, or {@code null} if the operation holds no thread or has ended
	 */
	public static @Nullable ThreadSample of(Operation operation, ActiveOperations active) {
		Thread thread = operation.thread();
		if (thread == null) {
			return null;
		}
		StackTraceElement[] stack = thread.getStackTrace();
		boolean served = operation.thread() == thread && active.contains(operation);
		return (served && stack.length > 0) ? new ThreadSample(thread, inside(stack, operation.boundary())) : null;
	}

	/**
	 * The calls of a stack that belong to the operation.
	 * @param stack the stack, innermost call first
	 * @param boundary the class whose innermost call is left out, with all callers
	 * @return the innermost calls
	 */
	static StackTraceElement[] inside(StackTraceElement[] stack, String boundary) {
		int end = Math.min(stack.length, MAX_FRAMES);
		for (int i = 0; i < end; i++) {
			if (stack[i].getClassName().equals(boundary)) {
				end = i;
			}
		}
		return Arrays.copyOf(stack, end);
	}

}
