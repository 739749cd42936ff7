package io.gmicro.sampling;

import java.util.Arrays;

import io.gmicro.inflight.ActiveOperations;
import io.gmicro.inflight.Operation;
import org.jspecify.annotations.Nullable;

/**
 * The stack of the thread that serves an operation, at one moment.
 *
 * @param thread the thread
 * @param stack its stack, innermost call first, without the calls of the server; of more
 * than {@value #MAX_FRAMES} calls those in the middle are left out
 */
public record ThreadSample(Thread thread, StackTraceElement[] stack) {

	/** In place of calls that are left out; a call of no class is a name in brackets. */
	static final StackTraceElement TRUNCATED = new StackTraceElement("", "[truncated]", null, -1);

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
		return (served && stack.length > 0)
				? new ThreadSample(thread, inside(stack, Integer.MAX_VALUE, operation.boundary())) : null;
	}

	/**
	 * The calls of a stack that belong to the operation. If these are too many, those in
	 * the middle are {@link #TRUNCATED}.
	 * @param stack the stack, innermost call first
	 * @param depth the maximum length of the stack: one that is as long may lack its
	 * outermost calls
	 * @param boundary the class whose innermost call is left out, with all callers
	 * @return the innermost calls
	 */
	static StackTraceElement[] inside(StackTraceElement[] stack, int depth, String boundary) {
		int end = 0;
		while (end < stack.length && !stack[end].getClassName().equals(boundary)) {
			end++;
		}
		boolean cut = end >= depth;
		if (!cut && end <= MAX_FRAMES) {
			return Arrays.copyOf(stack, end);
		}
		int outermost = cut ? 0 : MAX_FRAMES / 2;
		int innermost = Math.min(end, MAX_FRAMES - 1 - outermost);
		StackTraceElement[] calls = Arrays.copyOf(stack, innermost + 1 + outermost);
		calls[innermost] = TRUNCATED;
		System.arraycopy(stack, end - outermost, calls, innermost + 1, outermost);
		return calls;
	}

}
