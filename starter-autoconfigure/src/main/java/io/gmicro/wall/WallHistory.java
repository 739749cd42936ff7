package io.gmicro.wall;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The samples of the last {@value #BUCKETS} time spans, in bounded memory. Not
 * thread-safe.
 */
final class WallHistory {

	/** In addition to the current one. */
	static final int BUCKETS = 180;

	private final long maxBytes;

	private MemoryBudget memory;

	private StackTable table;

	private StackSums current;

	private long currentIndex;

	/** Oldest first. Time spans without samples have none. */
	private final Deque<StackSums.Bucket> earlier = new ArrayDeque<>();

	/**
	 * Creates an empty history.
	 * @param maxBytes the maximum memory that it keeps
	 */
	WallHistory(long maxBytes) {
		this.maxBytes = maxBytes;
		this.memory = new MemoryBudget(maxBytes);
		this.table = new StackTable(this.memory);
		this.current = new StackSums(this.memory);
	}

	/**
	 * Adds a sample.
	 * @param sample the sample
	 * @param index the number of its time span, not less than that of the last sample
	 */
	void add(WallSample sample, long index) {
		if (index > this.currentIndex) {
			next(index);
		}
		if (!this.current.add(sample, this.table)) {
			compact();
			if (!this.current.add(sample, this.table)) {
				this.current.addToOther(sample, this.table);
			}
		}
	}

	private void next(long index) {
		StackSums.Bucket ended = this.current.copy(this.currentIndex);
		this.current.release();
		if (!ended.isEmpty()) {
			this.earlier.addLast(ended);
			this.memory.require(ended.bytes());
		}
		while (!this.earlier.isEmpty() && this.earlier.getFirst().index() < index - BUCKETS) {
			this.memory.release(this.earlier.removeFirst().bytes());
		}
		this.currentIndex = index;
		if (this.earlier.isEmpty()) {
			this.memory = new MemoryBudget(this.maxBytes);
			this.table = new StackTable(this.memory);
		}
		this.current = new StackSums(this.memory);
	}

	/** Removes what only expired time spans needed, and then what matters least. */
	private void compact() {
		List<StackSums.Bucket> newestFirst = new ArrayList<>();
		newestFirst.add(this.current.copy(this.currentIndex));
		this.earlier.descendingIterator().forEachRemaining(newestFirst::add);
		WallCompaction compaction = new WallCompaction(this.table.view(), newestFirst, this.maxBytes);
		this.memory = compaction.memory();
		this.table = compaction.table();
		this.earlier.clear();
		compaction.others().forEach(this.earlier::addFirst);
		this.current = compaction.newest();
	}

	/** The time spans with samples, oldest first, for any thread. */
	List<StackSums.Bucket> buckets(long first, long last) {
		List<StackSums.Bucket> buckets = new ArrayList<>();
		for (StackSums.Bucket bucket : this.earlier) {
			if (bucket.index() >= first && bucket.index() <= last) {
				buckets.add(bucket);
			}
		}
		if (this.currentIndex >= first && this.currentIndex <= last) {
			buckets.add(this.current.copy(this.currentIndex));
		}
		return buckets;
	}

	StackTable.View table() {
		return this.table.view();
	}

	/** The memory that it keeps, in bytes. */
	long bytes() {
		return this.memory.used();
	}

}
