package io.gmicro.sampling;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Merges stacks into a tree of calls, outermost first, with the number of samples and the
 * time of each call. The tree has at most {@value #MAX_NODES} calls; samples in further
 * calls are counted in their callers. Not thread-safe.
 */
final class StackTree {

	static final int MAX_NODES = 1000;

	/**
	 * A sibling of the outermost calls, for the time in which the process stood still.
	 */
	static final StackTraceElement STOOD_STILL = new StackTraceElement("", "[process stood still]", null, -1);

	private final Node root = new Node(null);

	/** The calls of the latest sample, outermost first. */
	private final List<Node> latest = new ArrayList<>();

	private int nodes;

	/**
	 * Adds a sample.
	 * @param stack the stack, innermost call first
	 * @param nanos the time that the sample represents
	 */
	void add(StackTraceElement[] stack, long nanos) {
		this.latest.clear();
		Node node = this.root;
		node.samples++;
		this.latest.add(node);
		for (int i = stack.length - 1; i >= 0; i--) {
			node = callee(node, stack[i]);
			if (node == null) {
				break;
			}
			node.samples++;
			this.latest.add(node);
		}
		extendLatest(nanos);
	}

	/**
	 * Adds time to the latest sample.
	 * @param nanos the time
	 */
	void extendLatest(long nanos) {
		this.latest.forEach((node) -> node.nanos += nanos);
	}

	/**
	 * Adds time in which the process stood still.
	 * @param nanos the time
	 */
	void addStandstill(long nanos) {
		if (nanos > 0) {
			Node standstill = new Node(STOOD_STILL);
			standstill.nanos = nanos;
			this.root.nanos += nanos;
			this.root.callees.add(standstill);
		}
	}

	/**
	 * How long the process stood still.
	 * @return the time in nanoseconds
	 */
	long stoodStill() {
		return this.root.callees.stream().filter((callee) -> callee.call == STOOD_STILL).mapToLong(Node::nanos).sum();
	}

	private @Nullable Node callee(Node caller, StackTraceElement call) {
		for (Node callee : caller.callees) {
			if (call.equals(callee.call)) {
				return callee;
			}
		}
		if (this.nodes == MAX_NODES) {
			return null;
		}
		this.nodes++;
		Node added = new Node(call);
		caller.callees.add(added);
		return added;
	}

	Node root() {
		return this.root;
	}

	/**
	 * A call with its callees, samples and time.
	 */
	static final class Node {

		private final @Nullable StackTraceElement call;

		private final List<Node> callees = new ArrayList<>(1);

		private int samples;

		private long nanos;

		private Node(@Nullable StackTraceElement call) {
			this.call = call;
		}

		/**
		 * The call.
		 * @return the call, or {@code null} for the root of the tree
		 */
		@Nullable StackTraceElement call() {
			return this.call;
		}

		List<Node> callees() {
			return this.callees;
		}

		int samples() {
			return this.samples;
		}

		long nanos() {
			return this.nanos;
		}

	}

}
