package io.gmicro.slow;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * Where a slow request was seen most: the innermost call of the application itself that
 * most samples share. Without a call of the application, the innermost one of all.
 *
 * @param samples the samples that were seen in it
 * @param calls the call and those that led to it, innermost first
 */
record HotSpot(int samples, List<StackTraceElement> calls) {

	private static final int MAX_CALLS = 3;

	static HotSpot of(StackTree tree) {
		List<Seen> own = new ArrayList<>();
		List<Seen> all = new ArrayList<>();
		StackTree.Node node = tree.root();
		while (!node.callees().isEmpty()) {
			node = Collections.max(node.callees(), Comparator.comparingInt(StackTree.Node::samples));
			StackTraceElement call = node.call();
			if (call == null || (!own.isEmpty() && node.samples() * 2 <= tree.root().samples())) {
				break;
			}
			all.add(new Seen(call, node.samples()));
			if (!Calls.isOfLibrary(call)) {
				own.add(new Seen(call, node.samples()));
			}
		}
		return of(own.isEmpty() ? all : own);
	}

	private static HotSpot of(List<Seen> outermostFirst) {
		List<Seen> last = new ArrayList<>(
				outermostFirst.subList(Math.max(outermostFirst.size() - MAX_CALLS, 0), outermostFirst.size()));
		Collections.reverse(last);
		return new HotSpot(last.isEmpty() ? 0 : last.get(0).samples(), last.stream().map(Seen::call).toList());
	}

	private record Seen(StackTraceElement call, int samples) {
	}

}
