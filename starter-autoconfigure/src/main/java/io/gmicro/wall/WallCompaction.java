package io.gmicro.wall;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Copies the samples of all time spans into less memory. What does not fit is added to
 * the frame {@code [other]} of its labels: first the stacks that are rare in their time
 * span, then all stacks, those of the oldest time spans first. Labels that do not fit
 * become the route {@code _OTHER}. The sums of each time span stay the same.
 */
final class WallCompaction {

	/** Stacks of a time span that are not rare, however few samples they have. */
	private static final int FREQUENT = 32;

	private final StackTable.View from;

	private final long maxBytes;

	private final MemoryBudget memory;

	private final StackTable table;

	/** New IDs plus one, by the previous ID. */
	private final int[] frames;

	private final int[] stacks;

	private final List<Copy> copies;

	/**
	 * Copies what fits.
	 * @param from the table of all previous stacks
	 * @param newestFirst the time spans, newest first
	 * @param maxBytes the maximum memory, of which a quarter is left for new samples
	 */
	WallCompaction(StackTable.View from, List<StackSums.Bucket> newestFirst, long maxBytes) {
		this.from = from;
		this.maxBytes = maxBytes;
		this.memory = new MemoryBudget(maxBytes - maxBytes / 4);
		this.table = new StackTable(this.memory);
		this.frames = new int[from.frameCount()];
		this.stacks = new int[from.stackCount()];
		this.stacks[StackTable.NO_STACK] = StackTable.NO_STACK + 1;
		this.stacks[StackTable.OTHER_STACK] = StackTable.OTHER_STACK + 1;
		this.copies = newestFirst.stream()
			.map((bucket) -> new Copy(bucket,
					(bucket == newestFirst.get(0)) ? StackSums.MAX_COST : StackSums.Bucket.COST))
			.toList();
		decide();
	}

	private void decide() {
		this.copies.forEach((copy) -> copy.keepLabels(this.maxBytes / 4));
		this.copies.forEach((copy) -> copy.keepStacks(0, FREQUENT, this.maxBytes / 2));
		this.copies.forEach((copy) -> copy.keepStacks(FREQUENT, Integer.MAX_VALUE, this.maxBytes));
		this.copies.forEach(Copy::releaseReserve);
		this.memory.limit(this.maxBytes);
	}

	MemoryBudget memory() {
		return this.memory;
	}

	StackTable table() {
		return this.table;
	}

	/** The other time spans, newest first. */
	List<StackSums.Bucket> others() {
		List<StackSums.Bucket> buckets = new ArrayList<>();
		for (Copy copy : this.copies.subList(1, this.copies.size())) {
			StackSums sums = new StackSums(MemoryBudget.unlimited());
			copy.addTo(sums);
			StackSums.Bucket bucket = sums.copy(copy.bucket.index());
			this.memory.require(bucket.bytes());
			buckets.add(bucket);
		}
		return buckets;
	}

	/** The newest time span, to which samples can be added. */
	StackSums newest() {
		StackSums sums = new StackSums(this.memory);
		this.copies.get(0).addTo(sums);
		return sums;
	}

	/** Finds or adds a stack of the previous table, from its outermost call inwards. */
	private int stack(int previous) {
		int depth = 0;
		for (int stack = previous; this.stacks[stack] == 0; stack = this.from.caller(stack)) {
			depth++;
		}
		int[] missing = new int[depth];
		int known = previous;
		for (int i = depth - 1; i >= 0; i--) {
			missing[i] = known;
			known = this.from.caller(known);
		}
		int copied = this.stacks[known] - 1;
		for (int stack : missing) {
			copied = this.table.stack(copied, frame(this.from.innermost(stack)));
			if (copied == StackTable.FULL) {
				return StackTable.FULL;
			}
			this.stacks[stack] = copied + 1;
		}
		return copied;
	}

	private int frame(int previous) {
		if (this.frames[previous] == 0) {
			this.frames[previous] = this.table.frame(this.from.call(previous)) + 1;
		}
		return this.frames[previous] - 1;
	}

	/**
	 * What is kept of a time span.
	 */
	private final class Copy {

		private final StackSums.Bucket bucket;

		private final int[] mostFrequentFirst;

		/** New labels by position, as their complement if they are not the own ones. */
		private final int[] labels;

		private final boolean[] kept;

		private final Set<Integer> otherRoutes = new HashSet<>(Set.of(StackTable.OTHER_LABELS));

		/** In bytes, per key. */
		private final int cost;

		private long reserve;

		Copy(StackSums.Bucket bucket, int cost) {
			this.bucket = bucket;
			this.cost = cost;
			this.mostFrequentFirst = bucket.mostFrequentFirst();
			this.labels = new int[this.mostFrequentFirst.length];
			this.kept = new boolean[this.mostFrequentFirst.length];
		}

		void keepLabels(long max) {
			int[] decided = new int[WallCompaction.this.from.labelCount()];
			Arrays.fill(decided, Integer.MAX_VALUE);
			for (int i : this.mostFrequentFirst) {
				int previous = this.bucket.labels(i);
				if (decided[previous] == Integer.MAX_VALUE) {
					decided[previous] = labels(WallCompaction.this.from.labels(previous), max);
				}
				this.labels[i] = decided[previous];
			}
		}

		private int labels(StackTable.Labels labels, long max) {
			int own = StackTable.FULL;
			if (WallCompaction.this.memory.used() < max) {
				own = WallCompaction.this.table.labels(labels.route(), labels.method(), labels.activity());
			}
			if (own != StackTable.FULL && reserve()) {
				return own;
			}
			int other = WallCompaction.this.table.otherRoute(labels.activity());
			return (this.otherRoutes.contains(other) || reserve() && this.otherRoutes.add(other)) ? ~other
					: ~StackTable.OTHER_LABELS;
		}

		void keepStacks(int start, int end, long max) {
			int last = Math.min(end, this.mostFrequentFirst.length);
			for (int i = start; i < last && WallCompaction.this.memory.used() < max; i++) {
				int position = this.mostFrequentFirst[i];
				if (this.labels[position] >= 0) {
					this.kept[position] = stack(this.bucket.stack(position)) != StackTable.FULL && reserve();
				}
			}
		}

		private boolean reserve() {
			boolean reserved = WallCompaction.this.memory.take(this.cost);
			this.reserve += reserved ? this.cost : 0;
			return reserved;
		}

		void releaseReserve() {
			WallCompaction.this.memory.release(this.reserve);
		}

		void addTo(StackSums sums) {
			for (int i = 0; i < this.kept.length; i++) {
				int own = (this.labels[i] >= 0) ? this.labels[i] : ~this.labels[i];
				int stack = this.kept[i] ? stack(this.bucket.stack(i)) : StackTable.OTHER_STACK;
				sums.addOrMerge(own, stack, this.bucket.counts()[i], this.bucket.nanos()[i]);
			}
		}

	}

}
