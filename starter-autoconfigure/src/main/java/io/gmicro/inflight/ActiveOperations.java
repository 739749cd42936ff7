package io.gmicro.inflight;

import java.util.function.Consumer;

import io.micrometer.core.instrument.Counter;
import org.jspecify.annotations.Nullable;

/**
 * The operations that are being served, for threads that look at them from outside.
 * Entering and leaving is one atomic write each, without a lock and without allocating.
 * <p>
 * An operation that holds its thread takes a slot near the one that the thread hashes to;
 * there is room for as many as there can be threads, {@value #CAPACITY}. One that does
 * not, or not the same one all the time, is {@link #detach detached}: it has its slot
 * among {@value #DETACHED_CAPACITY} others, so that however many of them are open, the
 * next operation of a thread finds a slot. What finds none is counted as overflow.
 * Thread-safe, on platform and on virtual threads.
 */
public final class ActiveOperations {

	/** The place of an operation that has none yet. */
	static final int NEW = -1;

	/** The place of an operation that found none. */
	private static final int NONE = -2;

	private static final int BITS = 16;

	private static final int CAPACITY = 1 << BITS;

	private static final int DETACHED_BITS = 15;

	private static final int DETACHED_CAPACITY = 1 << DETACHED_BITS;

	/** How many slots from its own on a thread may use, and looks through for itself. */
	private static final int PROBES = 64;

	private final Slots attached = new Slots(BITS);

	private final Slots detached = new Slots(DETACHED_BITS);

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
	 * Show an operation apart from the calling thread: from here on none serves it, or
	 * now and then another one. It may be new, or have entered before.
	 * @param operation the operation, on the thread that has served it up to now
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
	 * The calling thread serves a detached operation, until it is detached once more.
	 * Until then it is the thread's {@link #current current} one.
	 * @param operation an operation that was detached
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

	/** The calling thread no longer serves a detached operation. */
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
	 * Show an operation no longer.
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
	 * Whether an operation is still being served. Since no operation is used twice, what
	 * was seen of its thread meanwhile belongs to it then.
	 * @param operation an operation that was found here
	 * @return {@code false} once it has ended
	 */
	public boolean contains(Operation operation) {
		int place = operation.place();
		boolean there = isAt(place, operation);
		while (!there && operation.place() != place) {
			// It was moved meanwhile
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
	 * An operation of a type that the calling thread serves.
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
	 * Look at every operation that is being served. Operations that begin or end
	 * meanwhile may or may not be among them, and one that is detached meanwhile may be
	 * seen twice. What it takes depends on how many there are, not on how many there may
	 * be.
	 * @param action what to do with each
	 */
	public void forEach(Consumer<? super Operation> action) {
		this.attached.forEach((slot, operation) -> {
			if (operation.place() == slot) {
				action.accept(operation);
			}
		});
		// In this order: an operation only ever moves from there to here
		this.detached.forEach((slot, operation) -> {
			if (operation.place() == CAPACITY + slot) {
				action.accept(operation);
			}
		});
	}

}
