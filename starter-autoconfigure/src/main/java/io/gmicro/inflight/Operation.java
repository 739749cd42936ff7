package io.gmicro.inflight;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.jspecify.annotations.Nullable;

/**
 * One thing that is being served: an HTTP request or a gRPC call. It is written by
 * whoever serves it and never used for a second one, so it is its own token. Other
 * threads may only ask for {@link #methodText()}, {@link #startNanos()},
 * {@link #pattern()}, {@link #thread()} and {@link #isLongLived()}; everything else once
 * it has ended and was handed to them safely.
 */
public abstract class Operation {

	private static final VarHandle THREAD = handle("thread", Thread.class);

	private static final VarHandle PLACE = handle("place", int.class);

	private final long startNanos;

	/** Written by the thread itself and read by others, always through the handle. */
	@SuppressWarnings("unused")
	private @Nullable Thread thread = Thread.currentThread();

	/**
	 * Where it is in {@link ActiveOperations}, or negative. Written by the thread that
	 * serves it, before others can find it or through the handle.
	 */
	int place = ActiveOperations.NEW;

	/**
	 * Create an operation that the calling thread serves.
	 * @param startNanos a reading of {@link System#nanoTime()}
	 */
	protected Operation(long startNanos) {
		this.startNanos = startNanos;
	}

	private static VarHandle handle(String field, Class<?> type) {
		try {
			return MethodHandles.lookup().findVarHandle(Operation.class, field, type);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	final void moveTo(int place) {
		PLACE.setRelease(this, place);
	}

	final int place() {
		return (int) PLACE.getAcquire(this);
	}

	/**
	 * From here on the operation is served by this thread, or by none.
	 * @param thread the thread, or {@code null}
	 */
	protected void servedBy(@Nullable Thread thread) {
		THREAD.setRelease(this, thread);
	}

	/**
	 * The thread that serves the operation right now. Once it has ended, the thread may
	 * be serving another.
	 * @return the thread, or {@code null} while the operation is processed asynchronously
	 * and holds none
	 */
	public final @Nullable Thread thread() {
		return (Thread) THREAD.getAcquire(this);
	}

	/**
	 * When the operation began.
	 * @return a reading of {@link System#nanoTime()}
	 */
	public final long startNanos() {
		return this.startNanos;
	}

	/**
	 * How long the operation took.
	 * @return the duration in nanoseconds, -1 before it has ended
	 */
	public abstract long durationNanos();

	/**
	 * What was asked for: the method of HTTP, or {@code gRPC}.
	 * @return a bounded name
	 */
	public abstract String methodText();

	/**
	 * What was matched so far.
	 * @return the path template or the method of the service, or {@code null} as long as
	 * nothing has matched
	 */
	public abstract @Nullable String pattern();

	/**
	 * The label it is recorded under.
	 * @return the bounded label
	 * @throws IllegalStateException when the operation has not ended yet
	 */
	public abstract String route();

	/**
	 * What the client got.
	 * @return the number or the name of the status
	 */
	public abstract String statusText();

	/**
	 * Whether the operation goes on for as long as the client likes.
	 * @return {@code true} for a stream, which is never slow
	 */
	public abstract boolean isLongLived();

	/**
	 * The class whose call is the outermost that belongs to the operation. What lies
	 * below it in a stack is the server's own.
	 * @return the name of a class
	 */
	public abstract String boundary();

}
