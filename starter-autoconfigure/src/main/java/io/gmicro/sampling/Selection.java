package io.gmicro.sampling;

import java.util.concurrent.ThreadLocalRandom;

/**
 * Picks some of a number of operations at random, each with the same probability, in one
 * pass and after another pass that has counted them. If their number has changed
 * meanwhile, the number of picks changes with it, and their weight stays right. Used only
 * by the sampler thread.
 */
final class Selection {

	private final int max;

	private int size;

	private double probability;

	private double next;

	/**
	 * Create a selection.
	 * @param max the number of operations to pick
	 */
	Selection(int max) {
		this.max = max;
	}

	void reset() {
		this.size = 0;
	}

	void count() {
		this.size++;
	}

	/** Ends the first pass. */
	void counted() {
		this.probability = Math.min((double) this.max / Math.max(this.size, 1), 1);
		this.next = ThreadLocalRandom.current().nextDouble();
	}

	/** The number of operations counted. */
	int size() {
		return this.size;
	}

	/** Whether the next operation of the second pass is picked. */
	boolean picks() {
		this.next += this.probability;
		if (this.next < 1) {
			return false;
		}
		this.next -= 1;
		return true;
	}

	/** The number of operations that each pick represents. */
	double weight() {
		return 1 / this.probability;
	}

}
