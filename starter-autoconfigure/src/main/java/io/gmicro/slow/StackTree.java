package io.gmicro.slow;

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

	/** The time in which the process stood still, a sibling of the outermost calls. */
	static final StackTraceElement STOOD_STILL = frame("[process stood still]");

	/** The time in which garbage collections stopped the process. */
	static final StackTraceElement COLLECTED = frame("[garbage collection]");

	/** The time in which the request held no thread. */
	static final StackTraceElement ASYNC = frame("[async]");

	/** The time of which nothing is known. */
	static final StackTraceElement NOT_SAMPLED = frame("[not sampled]");

	private final Node root = new Node(null);

	/** The calls of the latest sample, outermost first. */
	private final List<Node> latest = new ArrayList<>();

	private final int maxNodes;

	private int nodes;

	/** Create an empty tree with room for all calls. */
	StackTree() {
		this(MAX_NODES);
	}

	/**
	 * Create an empty tree.
	 * @param maxNodes the maximum number of calls
	 */
	StackTree(int maxNodes) {
		this.maxNodes = maxNodes;
	}

	private static StackTraceElement frame(String name) {
		return new StackTraceElement("", name, null, -1);
	}

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
	 * Adds time that no stack explains.
	 * @param frame says what is known, in place of a call
	 * @param nanos the time
	 */
	void addTime(StackTraceElement frame, long nanos) {
		if (nanos > 0) {
			Node node = callee(this.root, frame);
			if (node != null) {
				node.nanos += nanos;
				this.root.nanos += nanos;
			}
		}
	}

	/**
	 * How much time was added for a frame.
	 * @param frame the frame
	 * @return the time in nanoseconds
	 */
	long time(StackTraceElement frame) {
		return this.root.callees.stream().filter((callee) -> frame.equals(callee.call)).mapToLong(Node::nanos).sum();
	}

	private @Nullable Node callee(Node caller, StackTraceElement call) {
		for (Node callee : caller.callees) {
			if (call.equals(callee.call)) {
				return callee;
			}
		}
		// The few frames that are no calls always have room
		if (this.nodes >= this.maxNodes && !call.getClassName().isEmpty()) {
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
