package io.gmicro.inflight;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * An HTTP request or a gRPC call. It is written only by the thread that serves it, and
 * never reused, so that object identity identifies it. While it is in flight, other
 * threads may only call {@link #isCall()}, {@link #methodText()}, {@link #startNanos()},
 * {@link #pattern()}, {@link #thread()}, {@link #isLongLived()} and {@link #boundary()}.
 * All other methods may be called once it has ended and was safely published to the
 * calling thread.
 */
public abstract class Operation {

	private static final VarHandle THREAD = handle("thread", Thread.class);

	private static final VarHandle PLACE = handle("place", int.class);

	private final long startNanos;

	/** Accessed through the handle. */
	@SuppressWarnings("unused")
	private @Nullable Thread thread = Thread.currentThread();

	private long durationNanos = -1;

	/**
	 * The position in {@link ActiveOperations}, or a negative number. Written by the
	 * serving thread, directly before the operation is published and through the handle
	 * afterwards.
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
	 * Sets the thread that serves the operation from now on.
	 * @param thread the thread, or {@code null} for none
	 */
	protected void servedBy(@Nullable Thread thread) {
		THREAD.setRelease(this, thread);
	}

	/**
	 * The thread that serves the operation. Once the operation has ended, the thread may
	 * serve another one.
	 * @return the thread, or {@code null} while the operation is processed asynchronously
	 * and holds none
	 */
	public final @Nullable Thread thread() {
		return (Thread) THREAD.getAcquire(this);
	}

	/**
	 * The start of the operation.
	 * @return a reading of {@link System#nanoTime()}
	 */
	public final long startNanos() {
		return this.startNanos;
	}

	/**
	 * Sets the duration of the operation.
	 * @param endNanos a reading of {@link System#nanoTime()}
	 */
	protected final void endedAt(long endNanos) {
		this.durationNanos = endNanos - this.startNanos;
	}

	/**
	 * How long the operation took, asynchronous processing included.
	 * @return the duration in nanoseconds, -1 before it has ended
	 */
	public final long durationNanos() {
		return this.durationNanos;
	}

	/**
	 * How long the operation took, asynchronous processing included.
	 * @param unit the unit to convert to, rounding towards zero
	 * @return the duration in that unit
	 */
	public final long duration(TimeUnit unit) {
		return unit.convert(this.durationNanos, TimeUnit.NANOSECONDS);
	}

	/**
	 * The HTTP method, or {@code gRPC}.
	 * @return a text with few distinct values
	 */
	public abstract String methodText();

	/**
	 * The path template or gRPC method that was matched.
	 * @return the template or method, or {@code null} until one has matched
	 */
	public abstract @Nullable String pattern();

	/**
	 * The label of the route or method in metrics.
	 * @return the bounded label
	 * @throws IllegalStateException if the operation has not ended
	 */
	public abstract String route();

	/**
	 * The status that the client received.
	 * @return the number or the name of the status
	 */
	public abstract String statusText();

	/**
	 * Whether the client determines how long the operation takes.
	 * @return {@code true} for a stream, which is never slow
	 */
	public abstract boolean isLongLived();

	/**
	 * Whether the operation is a gRPC call.
	 * @return {@code false} for an HTTP request
	 */
	public boolean isCall() {
		return false;
	}

	/**
	 * The class of ours that calls the application. In a stack, this class and its
	 * callers belong to the server.
	 * @return the name of the class
	 */
	public abstract String boundary();

}
