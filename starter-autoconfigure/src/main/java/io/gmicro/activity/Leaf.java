package io.gmicro.activity;

/**
 * What the JDK's calls at the inner end of a stack say about a thread. A later constant
 * is more specific: a thread that is parked within a read from a socket waits for the
 * network.
 */
enum Leaf {

	RUNNING(Activities.CPU),

	WAITING(Activities.OTHER),

	LOCK(Activities.LOCK),

	/** A wait for other threads to finish, implemented with the base class of locks. */
	LATCH(Activities.OTHER),

	SLEEP(Activities.SLEEP),

	FILE(Activities.FILE),

	NETWORK(Activities.NETWORK);

	private final String activity;

	Leaf(String activity) {
		this.activity = activity;
	}

	/** The activity, unless a call further out says more. */
	String activity() {
		return this.activity;
	}

	/** Whether a thread may do this while it waits for a connection of a pool. */
	boolean isPossibleInPool() {
		return this != RUNNING && this != FILE && this != NETWORK;
	}

	/** Whether the JDK does not say what a thread waits for. */
	boolean isGeneric() {
		return this == WAITING || this == LATCH;
	}

	/** Whether a library further out decides what the thread waits for. */
	boolean isForLibrary() {
		return isGeneric() || this == FILE || this == NETWORK;
	}

}
