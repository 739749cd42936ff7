package io.gmicro.slow;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

import io.gmicro.diagnostics.Libraries;
import io.gmicro.diagnostics.OwnCode;
import org.jspecify.annotations.Nullable;

/**
 * The call that a slow request spent most of its time in: the innermost call of the
 * application's own code that more than half of the samples have in common, else the one
 * with most samples. If no sample has own code, all calls are candidates. The lines of a
 * method count as one call.
 *
 * @param samples the number of samples in the call
 * @param calls the call and its callers, innermost first
 * @param insideSamples the number of these samples that were in {@code inside}
 * @param inside the library call (a driver, a pool, the JDK) that most of these samples
 * were in, or {@code null} if they were in the call itself
 */
public record HottestFrame(int samples, List<StackTraceElement> calls, int insideSamples,
		@Nullable StackTraceElement inside) {

	private static final int MAX_CALLS = 3;

	static HottestFrame of(StackTree tree, OwnCode own) {
		List<Predicate<StackTraceElement>> preferences = List.of((call) -> own.contains(call.getClassName()),
				(call) -> own.mayContain(call.getClassName()), (call) -> true);
		for (Predicate<StackTraceElement> preferred : preferences) {
			Map<String, Seen> methods = new LinkedHashMap<>();
			collect(tree.root(), List.of(), preferred, methods);
			if (!methods.isEmpty()) {
				return of(hottest(methods, tree.root().samples()));
			}
		}
		return new HottestFrame(0, List.of(), 0, null);
	}

	/** Whether more than half of the samples have the call in common. */
	boolean isOfMost(int allSamples) {
		return this.samples * 2 > allSamples;
	}

	private static void collect(StackTree.Node node, List<StackTraceElement> callers,
			Predicate<StackTraceElement> preferred, Map<String, Seen> methods) {
		for (StackTree.Node callee : node.callees()) {
			StackTraceElement call = callee.call();
			List<StackTraceElement> path = callers;
			if (call != null && callee.samples() > 0 && preferred.test(call)) {
				path = new ArrayList<>(callers);
				path.add(call);
				boolean recursive = callers.stream().anyMatch((caller) -> method(caller).equals(method(call)));
				methods.computeIfAbsent(method(call), (name) -> new Seen()).add(callee, path, recursive);
			}
			collect(callee, path, preferred, methods);
		}
	}

	private static Seen hottest(Map<String, Seen> methods, int samples) {
		return Collections.max(methods.values(), (first, second) -> {
			boolean common = first.samples * 2 > samples;
			if (common != second.samples * 2 > samples) {
				return common ? 1 : -1;
			}
			int more = common ? 0 : Integer.compare(first.samples, second.samples);
			return (more != 0) ? more : Integer.compare(first.depth(), second.depth());
		});
	}

	private static HottestFrame of(Seen seen) {
		List<StackTraceElement> calls = new ArrayList<>(
				seen.path.subList(Math.max(seen.path.size() - MAX_CALLS, 0), seen.path.size()));
		Collections.reverse(calls);
		Map<String, Below> below = new LinkedHashMap<>();
		seen.nodes.forEach((node) -> below(node, null, null, below));
		Below most = Collections.max(below.values(), (first, second) -> Integer.compare(first.samples, second.samples));
		return new HottestFrame(seen.samples, calls, (most.call != null) ? most.samples : 0, most.call);
	}

	/** Counts the samples below a call by the library call they ended in. */
	private static void below(StackTree.Node node, @Nullable StackTraceElement entered,
			@Nullable StackTraceElement library, Map<String, Below> below) {
		int ended = node.samples();
		for (StackTree.Node callee : node.callees()) {
			ended -= callee.samples();
			StackTraceElement call = callee.call();
			boolean passedOver = call == null || Libraries.isJdk(call.getClassName())
					|| Libraries.isGenerated(call.getClassName());
			below(callee, (entered != null) ? entered : call, passedOver ? library : call, below);
		}
		if (ended > 0) {
			StackTraceElement call = (library != null) ? library : entered;
			below.computeIfAbsent((call != null) ? method(call) : "", (name) -> new Below(call)).samples += ended;
		}
	}

	private static String method(StackTraceElement call) {
		return call.getClassName() + "." + call.getMethodName();
	}

	/** A method, at all places in the tree. */
	private static final class Seen {

		private final List<StackTree.Node> nodes = new ArrayList<>();

		private List<StackTraceElement> path = List.of();

		private int most;

		private int samples;

		void add(StackTree.Node node, List<StackTraceElement> path, boolean recursive) {
			if (!recursive) {
				this.samples += node.samples();
				this.nodes.add(node);
			}
			if (node.samples() > this.most) {
				this.most = node.samples();
				this.path = path;
			}
		}

		int depth() {
			return this.path.size();
		}

	}

	/** The samples that ended in one library call. */
	private static final class Below {

		private final @Nullable StackTraceElement call;

		private int samples;

		Below(@Nullable StackTraceElement call) {
			this.call = call;
		}

	}

}
