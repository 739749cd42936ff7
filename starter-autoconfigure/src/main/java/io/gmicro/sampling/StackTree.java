package io.gmicro.sampling;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Stacks folded into a tree of calls, outermost first, with the number of samples and the
 * time that were seen in each. What lies below the measuring filter or interceptor is the
 * server's and left out. Bounded: past {@value #MAX_NODES} calls, deeper ones are counted
 * where the tree ends. Not thread-safe.
 */
final class StackTree {

	static final int MAX_NODES = 1000;

	/** Stands beside the outermost calls, for time in which there were none. */
	static final StackTraceElement STOOD_STILL = new StackTraceElement("", "[process stood still]", null, -1);

	private final Node root = new Node(null);

	/** The calls of the latest sample, outermost first. */
	private final List<Node> latest = new ArrayList<>();

	private final String boundary;

	private int nodes;

	/**
	 * Create an empty tree.
	 * @param boundary the class whose call is left out, with what lies below it
	 */
	StackTree(String boundary) {
		this.boundary = boundary;
	}

	/**
	 * Add a sample.
	 * @param stack the stack, innermost call first
	 * @param nanos the time that the sample stands for
	 */
	void add(StackTraceElement[] stack, long nanos) {
		this.latest.clear();
		Node node = this.root;
		node.samples++;
		this.latest.add(node);
		for (int i = outermost(stack); i >= 0; i--) {
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
	 * Add time to the latest sample.
	 * @param nanos the time
	 */
	void extendLatest(long nanos) {
		this.latest.forEach((node) -> node.nanos += nanos);
	}

	/**
	 * Add time in which the process stood still, and no call with it.
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
	 * For how long the process stood still.
	 * @return the time in nanoseconds
	 */
	long stoodStill() {
		return this.root.callees.stream().filter((callee) -> callee.call == STOOD_STILL).mapToLong(Node::nanos).sum();
	}

	private int outermost(StackTraceElement[] stack) {
		for (int i = 0; i < stack.length; i++) {
			if (stack[i].getClassName().equals(this.boundary)) {
				return i - 1;
			}
		}
		return stack.length - 1;
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
	 * A call, with everything that was seen in it.
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
