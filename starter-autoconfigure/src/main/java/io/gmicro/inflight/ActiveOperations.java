package io.gmicro.inflight;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;

import io.micrometer.core.instrument.Counter;
import org.jspecify.annotations.Nullable;

/**
 * The operations that are being served, for threads that look at them from outside.
 * Entering and leaving is one atomic write each, without a lock and without allocating:
 * an operation takes a free slot near the one that its thread hashes to. Where
 * {@value #PROBES} slots in a row are taken, it stays outside and is counted as overflow.
 * Thread-safe, on platform and on virtual threads.
 */
public final class ActiveOperations {

	private static final int BITS = 15;

	private static final int CAPACITY = 1 << BITS;

	private static final int PROBES = 64;

	private static final int NONE = -1;

	private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;

	private final AtomicReferenceArray<@Nullable Operation> slots = new AtomicReferenceArray<>(CAPACITY);

	private final Counter overflow;

	/**
	 * Create an empty table.
	 * @param overflow counts the operations that found no slot
	 */
	public ActiveOperations(Counter overflow) {
		this.overflow = overflow;
	}

	/**
	 * Show an operation.
	 * @param operation an operation that begins, on the thread that serves it
	 */
	public void enter(Operation operation) {
		int first = firstSlot(Thread.currentThread());
		for (int i = 0; i < PROBES; i++) {
			int slot = (first + i) & (CAPACITY - 1);
			if (this.slots.getPlain(slot) == null) {
				operation.slot = slot;
				if (this.slots.compareAndSet(slot, null, operation)) {
					return;
				}
			}
		}
		operation.slot = NONE;
		this.overflow.increment();
	}

	/**
	 * Show an operation no longer.
	 * @param operation an operation that has ended
	 */
	public void leave(Operation operation) {
		if (operation.slot >= 0) {
			this.slots.setRelease(operation.slot, null);
		}
	}

	/**
	 * Whether an operation is still being served. Since no operation is used twice, this
	 * tells whether what was seen of its thread meanwhile belongs to it.
	 * @param operation an operation that was found here
	 * @return {@code false} once it has ended
	 */
	public boolean contains(Operation operation) {
		return operation.slot >= 0 && this.slots.getAcquire(operation.slot) == operation;
	}

	/**
	 * Where an operation is in the table. No other one is there at the same time.
	 * @param operation an operation that was found here
	 * @return its place, from 0
	 */
	public int placeOf(Operation operation) {
		return operation.slot;
	}

	/**
	 * The operation at a place in the table.
	 * @param place the place, which may be any number
	 * @return the operation, or {@code null} if there is none
	 */
	public @Nullable Operation at(int place) {
		return (place >= 0 && place < CAPACITY) ? this.slots.getAcquire(place) : null;
	}

	/**
	 * An operation of a type that the calling thread serves.
	 * @param <T> the type
	 * @param type the type
	 * @return the operation, or {@code null} if there is none
	 */
	public <T extends Operation> @Nullable T current(Class<T> type) {
		Thread thread = Thread.currentThread();
		int first = firstSlot(thread);
		for (int i = 0; i < PROBES; i++) {
			Operation operation = this.slots.getAcquire((first + i) & (CAPACITY - 1));
			if (operation != null && operation.thread() == thread && type.isInstance(operation)) {
				return type.cast(operation);
			}
		}
		return null;
	}

	/**
	 * Look at every operation that is being served. Operations that begin or end
	 * meanwhile may or may not be among them.
	 * @param action what to do with each
	 */
	public void forEach(Consumer<? super Operation> action) {
		for (int slot = 0; slot < CAPACITY; slot++) {
			Operation operation = this.slots.getAcquire(slot);
			if (operation != null) {
				action.accept(operation);
			}
		}
	}

	private static int firstSlot(Thread thread) {
		return (int) (thread.getId() * GOLDEN_RATIO >>> (Long.SIZE - BITS));
	}

}
