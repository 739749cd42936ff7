package io.gmicro.slow;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Nested calls that have all samples in common, and the chains that branch off the
 * innermost of them. Time in which the process stood still is a chain without samples.
 *
 * @param calls the calls, outermost first
 * @param samples the number of samples in these calls
 * @param nanos the time in these calls
 * @param callees the chains called by the innermost call, longest time first
 */
public record FrameChain(List<StackTraceElement> calls, int samples, long nanos, List<FrameChain> callees) {

	static List<FrameChain> of(StackTree tree) {
		return inside(tree.root());
	}

	private static List<FrameChain> inside(StackTree.Node node) {
		return node.callees()
			.stream()
			.map(FrameChain::from)
			.sorted(Comparator.comparingLong(FrameChain::nanos).thenComparingInt(FrameChain::samples).reversed())
			.toList();
	}

	private static FrameChain from(StackTree.Node first) {
		List<StackTraceElement> calls = new ArrayList<>();
		StackTree.Node last = first;
		add(last, calls);
		while (last.callees().size() == 1 && last.callees().get(0).samples() == last.samples()) {
			last = last.callees().get(0);
			add(last, calls);
		}
		return new FrameChain(calls, first.samples(), first.nanos(), inside(last));
	}

	private static void add(StackTree.Node node, List<StackTraceElement> calls) {
		StackTraceElement call = node.call();
		if (call != null) {
			calls.add((call == StackTree.STOOD_STILL) ? RequestText.stoodStill(node.nanos()) : call);
		}
	}

}
