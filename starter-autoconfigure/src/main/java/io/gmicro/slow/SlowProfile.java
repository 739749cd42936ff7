package io.gmicro.slow;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

import io.gmicro.profile.Frame;
import io.gmicro.profile.Profile;
import io.gmicro.profile.ValueType;

/**
 * Writes slow requests as a profile for {@code go tool pprof}, with route and method as
 * labels. The delays of the stacks of a request add up to its duration. Each request is
 * counted once, in the stack with the longest delay. A request that ended before its
 * first sample has the frame {@code [not sampled]} instead of a stack.
 */
final class SlowProfile {

	private static final ValueType COUNT = new ValueType("slow_requests", "count");

	private static final ValueType DELAY = new ValueType("delay", "nanoseconds");

	private SlowProfile() {
	}

	static void write(List<SlowRequest> requests, OutputStream out) throws IOException {
		Profile profile = new Profile(COUNT, DELAY).period(COUNT, 1)
			.defaultSampleType(DELAY.type())
			.time(Instant.now())
			.comment("Slow requests with their sampled stacks");
		for (SlowRequest request : requests) {
			add(request, profile);
		}
		profile.writeTo(out);
	}

	private static void add(SlowRequest request, Profile profile) {
		Map<String, String> labels = Map.of("route", request.route(), "method", request.method());
		List<Stack> stacks = new ArrayList<>();
		collect(request.stacks().root(), List.of(), stacks);
		if (stacks.isEmpty()) {
			return;
		}
		Stack longest = Collections.max(stacks, (first, second) -> Long.compare(first.nanos(), second.nanos()));
		for (Stack stack : stacks) {
			profile.add(stack.frames(), labels, (stack == longest) ? 1 : 0, stack.nanos());
		}
	}

	private static void collect(StackTree.Node node, List<Frame> callers, List<Stack> stacks) {
		List<Frame> frames = callers;
		StackTraceElement call = node.call();
		if (call != null) {
			frames = new ArrayList<>(callers.size() + 1);
			frames.add(Frame.of(call));
			frames.addAll(callers);
		}
		long own = node.nanos() - node.callees().stream().mapToLong(StackTree.Node::nanos).sum();
		if (own > 0) {
			stacks.add(new Stack(frames, own));
		}
		for (StackTree.Node callee : node.callees()) {
			collect(callee, frames, stacks);
		}
	}

	private record Stack(List<Frame> frames, long nanos) {
	}

}
