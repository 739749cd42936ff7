package io.gmicro.activity;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * An operation that waits on a thread of its own until it is released.
 */
final class Waiting implements AutoCloseable {

	/** Number of repeated stacks after which the operation counts as waiting. */
	private static final int SAME = 6;

	/** The length that stacks may be truncated to. */
	private static final int FRAMES = 32;

	private static final Activities ACTIVITIES = new Activities(Map.of());

	private final ThreadKind kind;

	private final @Nullable Release release;

	private final Thread thread;

	private volatile @Nullable Throwable failure;

	private StackTraceElement[] stack = {};

	private Thread.@Nullable State state;

	private int same;

	private Waiting(ThreadKind kind, Callable<?> operation, @Nullable Release release) {
		this.kind = kind;
		this.release = release;
		this.thread = kind.start(() -> run(operation));
	}

	/** For an operation on a thread that something else has started. */
	private Waiting(Thread thread, Release release) {
		this.kind = ThreadKind.PLATFORM;
		this.release = release;
		this.thread = thread;
	}

	/**
	 * Starts an operation.
	 * @param kind the kind of its thread
	 * @param operation what waits
	 * @param release ends the wait, with or without an exception in the operation
	 */
	static Waiting start(ThreadKind kind, Callable<?> operation, Release release) {
		return new Waiting(kind, operation, release);
	}

	/** Starts an operation that waits until it is interrupted. */
	static Waiting untilInterrupted(ThreadKind kind, Callable<?> operation) {
		return new Waiting(kind, operation, null);
	}

	static Waiting on(Thread thread, Release release) {
		return new Waiting(thread, release);
	}

	private void run(Callable<?> operation) {
		try {
			operation.call();
		}
		catch (Throwable ex) {
			this.failure = ex;
		}
	}

	/**
	 * Waits until the operation waits, and checks its activity.
	 * @param expected the activity
	 * @param inside the beginning of the name of a class whose call is on the stack then
	 */
	void assertActivity(String expected, String inside) {
		await().atMost(Duration.ofSeconds(30))
			.pollInterval(Duration.ofMillis(20))
			.untilAsserted(() -> assertThat(isStill(inside)).as(this::text).isTrue());
		String text = text();
		assertThat(ACTIVITIES.of(this.stack, state())).as(text).isEqualTo(expected);
		assertThat(ACTIVITIES.of(innermost(), state())).as("innermost calls of " + text).isEqualTo(expected);
		record(expected, text);
	}

	private boolean isStill(String inside) {
		Thread.State seen = this.thread.getState();
		StackTraceElement[] taken = this.thread.getStackTrace();
		assertThat(this.thread.isAlive()).as(() -> "the operation has ended: " + this.failure).isTrue();
		boolean isInside = Stream.of(taken).anyMatch((call) -> call.getClassName().startsWith(inside));
		boolean isSame = isInside && seen == this.state && Arrays.equals(taken, this.stack);
		this.same = isSame ? this.same + 1 : 0;
		this.stack = taken;
		this.state = seen;
		return this.same >= SAME;
	}

	private Thread.State state() {
		assertThat(this.state).isNotNull();
		return this.state;
	}

	private StackTraceElement[] innermost() {
		return Arrays.copyOf(this.stack, Math.min(this.stack.length, FRAMES));
	}

	private String text() {
		return Stream
			.concat(Stream.of(state() + " on JDK " + Runtime.version().feature() + ", " + this.kind), Stream
				.of(this.stack)
				.map((call) -> "\t" + call.getClassName() + " " + call.getMethodName() + " " + call.getLineNumber()))
			.collect(Collectors.joining("\n", "", "\n"));
	}

	/** Keeps the stack for the tests of the table, of one kind of threads per JDK. */
	private void record(String expected, String text) {
		String directory = System.getProperty("gmicro.stacks", "");
		if (!directory.isEmpty() && this.kind == ThreadKind.available().get(ThreadKind.available().size() - 1)) {
			StackTraceElement test = StackWalker.getInstance()
				.walk((frames) -> frames.filter((frame) -> frame.getClassName().endsWith("Tests"))
					.reduce((inner, outer) -> outer))
				.orElseThrow()
				.toStackTraceElement();
			String name = test.getClassName().substring(test.getClassName().lastIndexOf('.') + 1);
			String calls = text.lines()
				.takeWhile((line) -> !line.contains(Waiting.class.getName()))
				.limit(1 + FRAMES)
				.collect(Collectors.joining("\n"));
			try {
				Files.writeString(Path.of(directory, name + ".txt"),
						expected + " " + test.getMethodName() + " " + calls + "\n", StandardOpenOption.CREATE,
						StandardOpenOption.APPEND);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}
	}

	@Override
	public void close() {
		try {
			if (this.release != null) {
				this.release.run();
			}
			else {
				this.thread.interrupt();
			}
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
		await().atMost(Duration.ofSeconds(30))
			.untilAsserted(
					() -> assertThat(this.thread.isAlive()).as(() -> Arrays.toString(this.thread.getStackTrace()))
						.isFalse());
	}

	/**
	 * Ends a wait.
	 */
	@FunctionalInterface
	interface Release {

		void run() throws Exception;

	}

}
