package io.gmicro.jfr;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

import io.gmicro.profile.Frame;
import io.gmicro.profile.Profile;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordedStackTrace;
import org.jspecify.annotations.Nullable;

/**
 * Converts the stacks of events to frames. Events of a chunk share their stacks, and
 * stacks their methods, so each is converted once. Not thread-safe, except for
 * {@link #commentOn}.
 */
public final class JfrStacks {

	/** The limit of JFR. */
	private static final int MAX_STACK_DEPTH = 2_048;

	private final Map<RecordedStackTrace, List<Frame>> stacks = new IdentityHashMap<>();

	private final Map<RecordedMethod, Frame> methods = new IdentityHashMap<>();

	private final LongAdder count = new LongAdder();

	private final LongAdder truncated = new LongAdder();

	private final AtomicInteger depth = new AtomicInteger();

	/**
	 * The stack of an event.
	 * @param event the event
	 * @return the frames, innermost first, or {@code null} if it has no stack
	 */
	public @Nullable List<Frame> of(RecordedEvent event) {
		RecordedStackTrace stack = event.getStackTrace();
		if (stack == null || stack.getFrames().isEmpty()) {
			return JfrMemory.shared().blocked().stack(event);
		}
		this.count.increment();
		if (stack.isTruncated()) {
			this.truncated.increment();
			this.depth.accumulateAndGet(stack.getFrames().size(), Math::max);
		}
		return this.stacks.computeIfAbsent(stack,
				(added) -> added.getFrames().stream().map((frame) -> frame(frame)).toList());
	}

	/** Adds a comment to a profile if JFR truncated some of the stacks so far. */
	public void commentOn(Profile profile) {
		if (this.truncated.sum() > 0) {
			profile.comment(comment(this.truncated.sum(), this.count.sum(), this.depth.get()));
		}
	}

	static String comment(long truncated, long count, int depth) {
		String cut = truncated + " of " + count + " stacks were cut at " + depth + " calls";
		if (depth >= MAX_STACK_DEPTH) {
			return cut + ", the most that JFR records";
		}
		int deeper = (depth < Jfr.STACK_DEPTH) ? Jfr.STACK_DEPTH : Math.min(4 * depth, MAX_STACK_DEPTH);
		return cut + "; for deeper ones start the JVM with -XX:FlightRecorderOptions:stackdepth=" + deeper;
	}

	/** Frees the caches once all events of a file are read. */
	public void clear() {
		this.stacks.clear();
		this.methods.clear();
	}

	private Frame frame(RecordedFrame frame) {
		Frame method = this.methods.computeIfAbsent(frame.getMethod(), JfrStacks::method);
		return new Frame(method.function(), method.descriptor(), method.file(), Math.max(frame.getLineNumber(), 0));
	}

	private static Frame method(RecordedMethod method) {
		String type = method.getType().getName();
		String name = Frame.typeName(type) + "." + method.getName();
		return new Frame(name, method.getDescriptor(), SourceFiles.of(type), 0);
	}

}
