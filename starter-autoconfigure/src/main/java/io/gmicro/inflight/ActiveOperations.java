package io.gmicro.inflight;

import java.util.function.Consumer;

import io.micrometer.core.instrument.Counter;
import org.jspecify.annotations.Nullable;

/**
 * The table of operations in flight, which other threads may walk. Entering and leaving
 * is one atomic write each, takes no lock and allocates nothing.
 * <p>
 * An operation that holds its thread takes one of {@value #CAPACITY} slots, near the slot
 * that its thread hashes to. An operation that holds no thread, or different ones, is
 * {@linkplain #detach detached}: it takes one of {@value #DETACHED_CAPACITY} separate
 * slots, so that it does not occupy a slot that the next operation of the thread needs.
 * Operations that find no free slot are counted as overflow. Thread-safe, on platform and
 * virtual threads.
 */
public final class ActiveOperations {

	/** The place of an operation that has not entered. */
	static final int NEW = -1;

	/** The place of an operation that found no free slot. */
	private static final int NONE = -2;

	private static final int BITS = 16;

	private static final int CAPACITY = 1 << BITS;

	private static final int DETACHED_BITS = 15;

	private static final int DETACHED_CAPACITY = 1 << DETACHED_BITS;

	/** The number of slots that a thread may use, from the one that it hashes to. */
	private static final int PROBES = 64;

	private final Slots attached = new Slots(BITS);

	private final Slots detached = new Slots(DETACHED_BITS);

	private final Counter overflow;

	/**
	 * Create an empty table.
	 * @param overflow counts operations that found no free slot
	 */
	public ActiveOperations(Counter overflow) {
		this.overflow = overflow;
	}

	/**
	 * Adds an operation.
	 * @param operation a new operation, on the thread that serves it
	 */
	public void enter(Operation operation) {
		int slot = this.attached.first(Thread.currentThread().getId());
		for (int i = 0; i < PROBES; i++) {
			operation.place = slot;
			if (this.attached.take(slot, operation)) {
				return;
			}
			slot = this.attached.next(slot);
		}
		operation.place = NEW;
		detach(operation);
	}

	/**
	 * Detaches an operation from the calling thread, or adds it as a detached one. From
	 * now on no thread serves it, or different threads do for some time.
	 * @param operation the operation, on the thread that has served it until now
	 */
	public void detach(Operation operation) {
		int before = operation.place;
		if (before >= CAPACITY || before == NONE) {
			release(operation);
			return;
		}
		int slot = this.detached.first(operation.startNanos());
		for (int i = 0; i < DETACHED_CAPACITY; i++) {
			if (this.detached.take(slot, operation)) {
				operation.moveTo(CAPACITY + slot);
				free(before);
				return;
			}
			slot = this.detached.next(slot);
		}
		operation.moveTo(NONE);
		free(before);
		this.overflow.increment();
	}

	/**
	 * Attaches a detached operation to the calling thread until it is detached again.
	 * Until then it is the {@linkplain #current current} operation of the thread.
	 * @param operation a detached operation
	 */
	public void attach(Operation operation) {
		int slot = this.attached.first(Thread.currentThread().getId());
		for (int i = 0; i < PROBES; i++) {
			if (this.attached.take(slot, operation)) {
				return;
			}
			slot = this.attached.next(slot);
		}
	}

	/** Frees the slot that a detached operation took in {@link #attach}. */
	private void release(Operation operation) {
		int slot = this.attached.first(Thread.currentThread().getId());
		for (int i = 0; i < PROBES; i++) {
			if (this.attached.get(slot) == operation) {
				this.attached.free(slot);
				return;
			}
			slot = this.attached.next(slot);
		}
	}

	/**
	 * Removes an operation.
	 * @param operation an operation that has ended
	 */
	public void leave(Operation operation) {
		free(operation.place);
	}

	private void free(int place) {
		if (place >= CAPACITY) {
			this.detached.free(place - CAPACITY);
		}
		else if (place >= 0) {
			this.attached.free(place);
		}
	}

	/**
	 * Whether an operation is still in flight. If so, a stack that was just sampled from
	 * its thread belongs to it, because operations are never reused.
	 * @param operation an operation that was found in the table
	 * @return {@code false} if it has ended
	 */
	public boolean contains(Operation operation) {
		int place = operation.place();
		boolean there = isAt(place, operation);
		while (!there && operation.place() != place) {
			// It has moved meanwhile
			place = operation.place();
			there = isAt(place, operation);
		}
		return there;
	}

	private boolean isAt(int place, Operation operation) {
		return (place >= CAPACITY) ? this.detached.get(place - CAPACITY) == operation
				: place >= 0 && this.attached.get(place) == operation;
	}

	/**
	 * The operation of a type that the calling thread serves.
	 * @param <T> the type
	 * @param type the type
	 * @return the operation, or {@code null} if there is none
	 */
	public <T extends Operation> @Nullable T current(Class<T> type) {
		Thread thread = Thread.currentThread();
		int slot = this.attached.first(thread.getId());
		for (int i = 0; i < PROBES; i++) {
			Operation operation = this.attached.get(slot);
			if (operation != null && operation.thread() == thread && type.isInstance(operation)) {
				return type.cast(operation);
			}
			slot = this.attached.next(slot);
		}
		return null;
	}

	/**
	 * Visits the operations in flight. Operations that start or end meanwhile may or may
	 * not be visited, and an operation that is detached meanwhile may be visited twice.
	 * The time this takes depends on the number of operations, not on the capacity.
	 * @param action called for each operation
	 */
	public void forEach(Consumer<? super Operation> action) {
		forEach(action, false);
	}

	/**
	 * Visits the operations in flight as {@link #forEach(Consumer)} does, in a given
	 * order.
	 * @param action called for each operation
	 * @param detachedFirst whether to visit detached operations first; an operation that
	 * is detached meanwhile is then not visited, and visited twice otherwise
	 */
	public void forEach(Consumer<? super Operation> action, boolean detachedFirst) {
		if (detachedFirst) {
			visitDetached(action);
		}
		this.attached.forEach((operation, slot) -> {
			if (operation.place() == slot) {
				action.accept(operation);
			}
		});
		if (!detachedFirst) {
			visitDetached(action);
		}
	}

	private void visitDetached(Consumer<? super Operation> action) {
		this.detached.forEach((operation, slot) -> {
			if (operation.place() == CAPACITY + slot) {
				action.accept(operation);
			}
		});
	}

}
