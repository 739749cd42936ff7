package io.gmicro.sampling;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import io.gmicro.inflight.ActiveOperations;
import io.gmicro.inflight.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Where one running request was when it was asked.
 *
 * @param id the request
 * @param state what was found
 * @param thread the name of its thread, or {@code null} without a stack
 * @param calls its stack, innermost call first, empty without one
 */
public record LiveStack(String id, State state, @Nullable String thread, List<StackTraceElement> calls) {

	private static final int ATTEMPTS = 3;

	static LiveStack of(RequestId id, ActiveOperations active) {
		for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
			Operation operation = id.find(active);
			if (operation == null) {
				return without(id, State.ENDED);
			}
			ThreadSample sample = ThreadSample.of(operation, active);
			if (sample != null) {
				return new LiveStack(id.toString(), State.RUNNING, sample.thread().getName(),
						calls(sample, operation.boundary()));
			}
			if (operation.thread() == null) {
				return without(id, active.contains(operation) ? State.ASYNCHRONOUS : State.ENDED);
			}
		}
		return without(id, State.NOT_SEEN);
	}

	private static LiveStack without(RequestId id, State state) {
		return new LiveStack(id.toString(), state, null, List.of());
	}

	private static List<StackTraceElement> calls(ThreadSample sample, String boundary) {
		StackTree tree = new StackTree(boundary);
		tree.add(sample.stack(), 0);
		List<StackTraceElement> calls = FrameChain.of(tree)
			.stream()
			.flatMap((chain) -> chain.calls().stream())
			.toList();
		List<StackTraceElement> innermostFirst = new ArrayList<>(calls);
		Collections.reverse(innermostFirst);
		return innermostFirst;
	}

	/**
	 * What was found.
	 */
	public enum State {

		/** It runs, and this is its stack. */
		RUNNING("runs"),

		/** It runs, but no thread is busy with it. */
		ASYNCHRONOUS("is asynchronous and holds no thread"),

		/** It is over. */
		ENDED("has ended meanwhile"),

		/** It went from thread to thread while it was looked at. */
		NOT_SEEN("could not be seen just now");

		private final String text;

		State(String text) {
			this.text = text;
		}

		/** What follows "This request". */
		public String text() {
			return this.text;
		}

	}

}
