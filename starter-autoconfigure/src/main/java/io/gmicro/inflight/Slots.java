package io.gmicro.inflight;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.ObjIntConsumer;

import org.jspecify.annotations.Nullable;

/**
 * Slots for operations. Taking and freeing a slot is one atomic write each, takes no lock
 * and allocates nothing. A scan skips empty groups of {@value #GROUP} slots, which is one
 * cache line. Thread-safe.
 */
final class Slots {

	private static final int GROUP_BITS = 4;

	private static final int GROUP = 1 << GROUP_BITS;

	private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;

	private final AtomicReferenceArray<@Nullable Operation> slots;

	/**
	 * 1 for each group that may not be empty. Taking a slot sets its group after it has
	 * written the slot. A scan clears an empty group and then checks its slots again. So
	 * at least one of the two sees the write of the other.
	 */
	private final AtomicIntegerArray groups;

	private final int bits;

	Slots(int bits) {
		this.bits = bits;
		this.slots = new AtomicReferenceArray<>(1 << bits);
		this.groups = new AtomicIntegerArray(1 << (bits - GROUP_BITS));
	}

	/**
	 * The slot that a key hashes to.
	 * @param key any number
	 * @return a slot; the slots of successive keys are spread evenly
	 */
	int first(long key) {
		return (int) (key * GOLDEN_RATIO >>> (Long.SIZE - this.bits));
	}

	int capacity() {
		return this.slots.length();
	}

	/**
	 * The next slot.
	 * @param slot a slot
	 * @return the following slot, the first one after the last
	 */
	int next(int slot) {
		return (slot + 1) & (capacity() - 1);
	}

	boolean take(int slot, Operation operation) {
		if (this.slots.getPlain(slot) != null || !this.slots.compareAndSet(slot, null, operation)) {
			return false;
		}
		int group = slot >>> GROUP_BITS;
		if (this.groups.get(group) == 0) {
			this.groups.set(group, 1);
		}
		return true;
	}

	void free(int slot) {
		this.slots.setRelease(slot, null);
	}

	@Nullable Operation get(int slot) {
		return this.slots.getAcquire(slot);
	}

	void forEach(ObjIntConsumer<Operation> action) {
		for (int group = 0; group < this.groups.length(); group++) {
			if (this.groups.get(group) != 0 && !scan(group, action)) {
				this.groups.set(group, 0);
				if (scan(group, action)) {
					this.groups.set(group, 1);
				}
			}
		}
	}

	private boolean scan(int group, ObjIntConsumer<Operation> action) {
		boolean found = false;
		int start = group << GROUP_BITS;
		for (int slot = start; slot < start + GROUP; slot++) {
			Operation operation = this.slots.get(slot);
			if (operation != null) {
				found = true;
				action.accept(operation, slot);
			}
		}
		return found;
	}

}
