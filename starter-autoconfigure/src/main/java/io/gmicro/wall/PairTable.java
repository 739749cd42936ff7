package io.gmicro.wall;

import java.util.Arrays;

/**
 * Numbers pairs of numbers in the order in which they are added, beginning with 0. Not
 * thread-safe.
 */
final class PairTable {

	/** The ID of a pair for which there is no memory left. */
	static final int FULL = -1;

	/** In bytes, per pair: the pair itself and one and a half slots. */
	static final int COST = Long.BYTES + 3 * Integer.BYTES / 2;

	private static final int INITIAL_CAPACITY = 16;

	private static final long GOLDEN_RATIO = 0x9e3779b97f4a7c15L;

	private final MemoryBudget memory;

	/** What the owner of the table needs per pair, in bytes. */
	private final int ownerCost;

	private long[] pairs = new long[INITIAL_CAPACITY];

	/** IDs plus one, by the hash of the pair. */
	private int[] slots = slots(INITIAL_CAPACITY);

	private int size;

	PairTable(MemoryBudget memory, int ownerCost) {
		this.memory = memory;
		this.ownerCost = ownerCost;
		memory.require(bytes());
	}

	/**
	 * Finds a pair, or adds it.
	 * @param first the first number
	 * @param second the second number
	 * @return the ID of the pair, or {@link #FULL}
	 */
	int id(int first, int second) {
		long pair = (long) first << Integer.SIZE | second & 0xffff_ffffL;
		int slot = slot(pair, this.slots);
		if (this.slots[slot] > 0) {
			return this.slots[slot] - 1;
		}
		if (this.size == this.pairs.length) {
			if (!grow()) {
				return FULL;
			}
			slot = slot(pair, this.slots);
		}
		this.pairs[this.size] = pair;
		this.slots[slot] = ++this.size;
		return this.size - 1;
	}

	/** The slot of the pair, or the empty one where it belongs. */
	private int slot(long pair, int[] among) {
		int slot = (int) ((pair * GOLDEN_RATIO >>> Integer.SIZE) * among.length >>> Integer.SIZE);
		while (among[slot] > 0 && this.pairs[among[slot] - 1] != pair) {
			slot = (slot + 1 < among.length) ? slot + 1 : 0;
		}
		return slot;
	}

	/** By half, or by less if there is not enough memory. */
	private boolean grow() {
		int capacity = this.pairs.length;
		for (int more = capacity / 2; more >= INITIAL_CAPACITY / 2; more /= 4) {
			if (this.memory.take(bytes(capacity + more) - bytes(capacity))) {
				int[] grown = slots(capacity + more);
				for (int id = 0; id < this.size; id++) {
					grown[slot(this.pairs[id], grown)] = id + 1;
				}
				this.slots = grown;
				this.pairs = Arrays.copyOf(this.pairs, capacity + more);
				return true;
			}
		}
		return false;
	}

	private static int[] slots(int capacity) {
		return new int[capacity + capacity / 2];
	}

	int size() {
		return this.size;
	}

	int capacity() {
		return this.pairs.length;
	}

	/** The array of the pairs, of which those that exist never change. */
	long[] pairs() {
		return this.pairs;
	}

	long bytes() {
		return bytes(this.pairs.length);
	}

	private long bytes(int capacity) {
		return (long) capacity * (COST + this.ownerCost);
	}

	static int first(long pair) {
		return (int) (pair >> Integer.SIZE);
	}

	static int second(long pair) {
		return (int) pair;
	}

}
