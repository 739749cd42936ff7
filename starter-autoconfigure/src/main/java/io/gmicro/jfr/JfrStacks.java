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
 * Turns the stacks of events into frames. Events of one chunk share their stacks, and
 * stacks their methods, so each is turned once. Used by one thread, but for
 * {@link #commentOn}.
 */
public final class JfrStacks {

	private final Map<RecordedStackTrace, List<Frame>> stacks = new IdentityHashMap<>();

	private final Map<RecordedMethod, Frame> methods = new IdentityHashMap<>();

	private final LongAdder count = new LongAdder();

	private final LongAdder truncated = new LongAdder();

	private final AtomicInteger depth = new AtomicInteger();

	/**
	 * The stack of an event.
	 * @param event the event
	 * @return the calls, innermost first, or {@code null} if it has none
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

	/**
	 * Tells how many of the stacks so far were cut at the depth that the JVM records.
	 * @param profile the profile to tell it in
	 */
	public void commentOn(Profile profile) {
		if (this.truncated.sum() > 0) {
			Jfr.commentOnDepth(profile, this.truncated.sum(), this.count.sum(), this.depth.get());
		}
	}

	/** Forget what belongs to the events so far. */
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
