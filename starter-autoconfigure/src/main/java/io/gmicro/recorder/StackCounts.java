package io.gmicro.recorder;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.gmicro.profile.Frame;
import io.gmicro.profile.Profile;

/**
 * Cumulative sums by stack. They never decrease, so that tools can subtract two profiles.
 * Stacks beyond {@value #MAX_STACKS} share one sum. Thread-safe.
 */
final class StackCounts {

	static final int MAX_STACKS = 10_000;

	static final List<Frame> OTHER = List.of(Frame.named("[stacks past the bound of " + MAX_STACKS + "]"));

	private final Map<List<Frame>, long[]> counts = new HashMap<>();

	private final Map<Frame, Frame> frames = new HashMap<>();

	synchronized void add(List<Frame> stack, long[] values) {
		long[] sum = this.counts.get(stack);
		if (sum == null) {
			sum = new long[values.length];
			if (this.counts.size() < MAX_STACKS) {
				this.counts.put(
						stack.stream().map((frame) -> this.frames.computeIfAbsent(frame, (added) -> added)).toList(),
						sum);
			}
			else {
				sum = this.counts.computeIfAbsent(OTHER, (other) -> new long[values.length]);
			}
		}
		for (int i = 0; i < sum.length; i++) {
			sum[i] += values[i];
		}
	}

	synchronized void addTo(Profile profile) {
		this.counts.forEach((stack, values) -> profile.add(stack, Map.of(), values));
	}

}
