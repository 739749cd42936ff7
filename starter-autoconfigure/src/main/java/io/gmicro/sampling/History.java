package io.gmicro.sampling;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;

/**
 * The last slow requests; an older one gives way to a new one. Thread-safe.
 */
final class History {

	private final Deque<SlowRequest> requests = new ArrayDeque<>();

	private final int capacity;

	History(int capacity) {
		this.capacity = capacity;
	}

	synchronized void add(SlowRequest request) {
		if (this.requests.size() == this.capacity) {
			this.requests.removeFirst();
		}
		this.requests.addLast(request);
	}

	/**
	 * What is kept.
	 * @return the requests, newest first
	 */
	synchronized List<SlowRequest> newestFirst() {
		List<SlowRequest> copy = new ArrayList<>(this.requests);
		Collections.reverse(copy);
		return copy;
	}

}
