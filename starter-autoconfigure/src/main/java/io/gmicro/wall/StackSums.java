package io.gmicro.wall;

import java.util.Arrays;

/**
 * The number of samples and their time, by labels and stack. Not thread-safe.
 */
final class StackSums {

	/** In bytes, per key, for the number and the time. */
	private static final int VALUE_COST = Integer.BYTES + Long.BYTES;

	/** In bytes, per key, when the arrays have just grown. */
	static final int MAX_COST = (PairTable.COST + VALUE_COST) * 3 / 2;

	private final MemoryBudget memory;

	/** Labels and stack. */
	private final PairTable keys;

	private int[] counts;

	private long[] nanos;

	StackSums(MemoryBudget memory) {
		this.memory = memory;
		this.keys = new PairTable(memory, VALUE_COST);
		this.counts = new int[this.keys.capacity()];
		this.nanos = new long[this.keys.capacity()];
		// So that it always has a place
		add(StackTable.OTHER_LABELS, StackTable.OTHER_STACK, 0, 0);
	}

	/** Adds samples, if there is enough memory. */
	boolean add(int labels, int stack, int count, long nanos) {
		int id = this.keys.id(labels, stack);
		if (id == PairTable.FULL) {
			return false;
		}
		if (id >= this.counts.length) {
			this.counts = Arrays.copyOf(this.counts, this.keys.capacity());
			this.nanos = Arrays.copyOf(this.nanos, this.keys.capacity());
		}
		this.counts[id] += count;
		this.nanos[id] += nanos;
		return true;
	}

	/**
	 * Adds samples, without their stack or their labels if there is not enough memory for
	 * them.
	 */
	void addOrMerge(int labels, int stack, int count, long nanos) {
		if (!add(labels, stack, count, nanos) && !add(labels, StackTable.OTHER_STACK, count, nanos)) {
			add(StackTable.OTHER_LABELS, StackTable.OTHER_STACK, count, nanos);
		}
	}

	/** Adds a sample, if there is enough memory. */
	boolean add(WallSample sample, StackTable table) {
		int labels = table.labels(sample.route(), sample.method(), sample.activity());
		int stack = (labels != StackTable.FULL) ? table.stack(sample.stack()) : StackTable.FULL;
		return stack != StackTable.FULL && add(labels, stack, 1, sample.nanos());
	}

	/**
	 * Adds a sample without its stack, and without its labels if there is not enough
	 * memory for them.
	 */
	void addToOther(WallSample sample, StackTable table) {
		int labels = table.labels(sample.route(), sample.method(), sample.activity());
		if (labels == StackTable.FULL || !add(labels, StackTable.OTHER_STACK, 1, sample.nanos())) {
			addOrMerge(table.otherRoute(sample.activity()), StackTable.OTHER_STACK, 1, sample.nanos());
		}
	}

	/** Makes room for other tables. */
	void release() {
		this.memory.release(this.keys.bytes());
	}

	/** A copy of the sums for any thread. */
	Bucket copy(long index) {
		int size = this.keys.size();
		return new Bucket(index, Arrays.copyOf(this.keys.pairs(), size), Arrays.copyOf(this.counts, size),
				Arrays.copyOf(this.nanos, size));
	}

	/**
	 * The sums of a time span, which do not change.
	 *
	 * @param index the number of the time span
	 * @param keys labels and stack as in a {@link PairTable}
	 * @param counts the number of samples by key
	 * @param nanos the time by key
	 */
	record Bucket(long index, long[] keys, int[] counts, long[] nanos) {

		/** In bytes, per key. */
		static final int COST = Long.BYTES + VALUE_COST;

		/** Objects and the headers of the arrays. */
		private static final int OVERHEAD = 120;

		boolean isEmpty() {
			return Arrays.stream(this.counts).allMatch((count) -> count == 0);
		}

		int labels(int i) {
			return PairTable.first(this.keys[i]);
		}

		int stack(int i) {
			return PairTable.second(this.keys[i]);
		}

		long bytes() {
			return OVERHEAD + (long) COST * this.keys.length;
		}

		/** The positions of the keys, the ones with the most samples first. */
		int[] mostFrequentFirst() {
			long[] order = new long[this.keys.length];
			Arrays.setAll(order, (i) -> (long) -this.counts[i] << Integer.SIZE | i);
			Arrays.sort(order);
			return Arrays.stream(order).mapToInt(PairTable::second).toArray();
		}

	}

}
