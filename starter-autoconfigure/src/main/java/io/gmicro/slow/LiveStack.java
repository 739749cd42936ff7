package io.gmicro.slow;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;

import io.gmicro.inflight.ActiveOperations;
import io.gmicro.inflight.Operation;
import io.gmicro.sampling.ThreadSample;
import org.jspecify.annotations.Nullable;

/**
 * The stack of one running request at the moment that it was requested.
 *
 * @param id the ID of the request
 * @param state the state of the request
 * @param thread the name of its thread, or {@code null} without a stack
 * @param calls its stack, innermost call first, empty without one
 */
public record LiveStack(String id, State state, @Nullable String thread, List<StackTraceElement> calls) {

	private static final int ATTEMPTS = 3;

	private static final int HASHES = 100_000;

	private static final Pattern ID = Pattern.compile("[0-9]{1,5}-[0-9a-f]{1,16}");

	static LiveStack of(String id, ActiveOperations active) {
		for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
			Operation operation = find(id, active);
			if (operation == null) {
				return without(id, State.ENDED);
			}
			ThreadSample sample = ThreadSample.of(operation, active);
			if (sample != null) {
				return new LiveStack(id, State.RUNNING, sample.thread().getName(), List.of(sample.stack()));
			}
			if (operation.thread() == null) {
				return without(id, active.contains(operation) ? State.ASYNCHRONOUS : State.ENDED);
			}
		}
		return without(id, State.NOT_SEEN);
	}

	private static LiveStack without(String id, State state) {
		return new LiveStack(id, state, null, List.of());
	}

	private static @Nullable Operation find(String id, ActiveOperations active) {
		AtomicReference<@Nullable Operation> found = new AtomicReference<>();
		active.forEach((operation) -> {
			if (id(operation).equals(id)) {
				found.set(operation);
			}
		});
		return found.get();
	}

	/**
	 * The ID of a running operation.
	 * @param operation the operation
	 * @return its start, after a number that distinguishes it from others that started in
	 * the same nanosecond
	 */
	static String id(Operation operation) {
		return System.identityHashCode(operation) % HASHES + "-" + Long.toHexString(operation.startNanos());
	}

	/**
	 * Whether a text has the form of an ID.
	 * @param text any text
	 * @return {@code true} if a request may have this ID
	 */
	public static boolean isId(String text) {
		return ID.matcher(text).matches();
	}

	/**
	 * The state of the request.
	 */
	public enum State {

		/** The request is running, and the stack is known. */
		RUNNING("is running"),

		/** The request is running without a thread. */
		ASYNCHRONOUS("is asynchronous and holds no thread"),

		/** The request has ended. */
		ENDED("has ended"),

		/** The request moved from thread to thread during each attempt. */
		NOT_SEEN("could not be sampled");

		private final String text;

		State(String text) {
			this.text = text;
		}

		/** The text that follows "This request". */
		public String text() {
			return this.text;
		}

	}

}
