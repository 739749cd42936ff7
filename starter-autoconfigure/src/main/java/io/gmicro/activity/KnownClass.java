package io.gmicro.activity;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What is known about a class whose calls are on stacks.
 *
 * @param jdk whether it belongs to the JDK
 * @param role what its calls mean
 * @param activity the activity that its calls stand for, empty if none
 * @param methods what is known about single methods
 */
record KnownClass(boolean jdk, Role role, String activity, List<Method> methods) {

	static final KnownClass UNKNOWN = new KnownClass(false, Role.UNKNOWN, "", List.of());

	static final KnownClass JDK = new KnownClass(true, Role.PLUMBING, "", List.of());

	KnownClass(boolean jdk, Role role, String activity, List<Method> methods) {
		this.jdk = jdk;
		this.role = role;
		this.activity = activity;
		this.methods = List.copyOf(methods);
	}

	/** What a call means at the inner end of a stack. */
	Leaf leaf(String method) {
		for (Method known : this.methods) {
			if (known.leaf() != null && method.startsWith(known.prefix())) {
				return known.leaf();
			}
		}
		return Leaf.RUNNING;
	}

	/** Whether a call waits until a pool has a connection. */
	boolean isBorrowing(String method) {
		for (Method known : this.methods) {
			if (known.leaf() == null && method.startsWith(known.prefix())) {
				return true;
			}
		}
		return false;
	}

	/** Whether its calls are skipped. */
	boolean isPlumbing() {
		return this.role == Role.PLUMBING;
	}

	/** Whether running code of it has its activity, too. */
	boolean isClient() {
		return (this.role == Role.CLIENT || this.role == Role.TRANSPORT) && !this.activity.equals(Activities.NETWORK);
	}

	/**
	 * What the calls of a class mean.
	 */
	enum Role {

		/** Nothing is known. */
		UNKNOWN,

		/** Says nothing: the next call further out counts. */
		PLUMBING,

		/** Belongs to a custom activity, which takes precedence. */
		CUSTOM,

		/** The client of another service. */
		CLIENT,

		/** A client that others are built on, such as those of search engines. */
		TRANSPORT,

		/** A connection pool, whose borrowing methods decide. */
		POOL,

		/** The server that runs the request. */
		SERVER,

		/** Ends the search, such as a logger that writes to its file. */
		END

	}

	/**
	 * What is known about the methods whose names have a prefix.
	 *
	 * @param prefix the prefix, empty for all methods
	 * @param leaf what a call means at the inner end of a stack, or {@code null} if it
	 * borrows a connection from a pool
	 */
	record Method(String prefix, @Nullable Leaf leaf) {

	}

}
