package io.gmicro.grpc;

import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.ForwardingServerCall;
import io.grpc.ForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * A served call on its way to the client. What the observers are told, they are told
 * before the client can know.
 */
final class ObservedServerCall<Q, A> extends ForwardingServerCall.SimpleForwardingServerCall<Q, A> {

	/**
	 * A client whose deadline has passed cancels the call, and the server may see that
	 * before its own, later, clock has reached the deadline.
	 */
	private static final long LARGEST_SKEW = TimeUnit.MILLISECONDS.toNanos(50);

	private static final int SKEW_SHARE = 10;

	/**
	 * With these gRPC itself ends a call whose messages it cannot take, which a service
	 * sees as a cancellation.
	 */
	private static final Set<Status.Code> REFUSALS = EnumSet.of(Status.Code.RESOURCE_EXHAUSTED, Status.Code.INTERNAL,
			Status.Code.UNIMPLEMENTED);

	private final Call call;

	private final Context context;

	private final UnseenCalls.@Nullable Tracer tracer;

	private final CallObservers observers;

	private boolean answered;

	ObservedServerCall(ServerCall<Q, A> delegate, Call call, Context context, UnseenCalls.@Nullable Tracer tracer,
			CallObservers observers) {
		super(delegate);
		this.call = call;
		this.context = context;
		this.tracer = tracer;
		this.observers = observers;
	}

	@Override
	public void sendMessage(A message) {
		if (this.answered && hasOneAnswer()) {
			answer(Status.Code.CANCELLED);
		}
		else if (!isCancelled()) {
			this.observers.sent(this.call);
		}
		this.answered = true;
		super.sendMessage(message);
	}

	@Override
	public void close(Status status, Metadata trailers) {
		answer(code(status));
		super.close(status, trailers);
	}

	/**
	 * What the service has to say does not reach a client that has gone. While the
	 * service is being started only the context knows of that.
	 */
	void answer(Status.Code code) {
		boolean gone = isCancelled() || (code != Status.Code.OK && this.context.isCancelled());
		end(gone ? cancellation() : code);
	}

	private void end(Status.Code code) {
		this.observers.ended(this.call, code);
	}

	/**
	 * Where the client expects one message and there is none, or more than one, gRPC
	 * itself cancels the call.
	 */
	private Status.Code code(Status status) {
		boolean incomplete = status.isOk() && !this.answered && hasOneAnswer();
		return incomplete ? Status.Code.CANCELLED : status.getCode();
	}

	private boolean hasOneAnswer() {
		return getMethodDescriptor().getType().serverSendsOneMessage();
	}

	private Status.Code cancellation() {
		Status.Code closed = closed();
		if (closed != null && REFUSALS.contains(closed)) {
			return closed;
		}
		return isDeadline() ? Status.Code.DEADLINE_EXCEEDED : Status.Code.CANCELLED;
	}

	/** Where a tracer knows it. */
	private Status.@Nullable Code closed() {
		return (this.tracer != null) ? this.tracer.code() : null;
	}

	private boolean isDeadline() {
		if (this.context.cancellationCause() instanceof TimeoutException) {
			return true;
		}
		Deadline deadline = this.context.getDeadline();
		if (deadline == null) {
			return false;
		}
		long remaining = deadline.timeRemaining(TimeUnit.NANOSECONDS);
		long timeout = System.nanoTime() - this.call.startNanos() + remaining;
		return remaining <= Math.min(LARGEST_SKEW, timeout / SKEW_SHARE);
	}

	ServerCall.Listener<Q> listener(ServerCall.Listener<Q> delegate) {
		return new Listener<>(delegate, this);
	}

	/**
	 * The client's side of the call. It knows on which thread the service is called.
	 */
	static final class Listener<Q> extends ForwardingServerCallListener.SimpleForwardingServerCallListener<Q> {

		/**
		 * A lambda would be an object per callback, an enumeration may lack the memory.
		 */
		private static final int MESSAGE = 0;

		private static final int HALF_CLOSE = 1;

		private static final int READY = 2;

		private final ObservedServerCall<Q, ?> observed;

		private final Call call;

		Listener(ServerCall.Listener<Q> delegate, ObservedServerCall<Q, ?> observed) {
			super(delegate);
			this.observed = observed;
			this.call = observed.call;
		}

		@Override
		public void onMessage(Q message) {
			this.observed.observers.received(this.call);
			serve(MESSAGE, message);
		}

		@Override
		public void onHalfClose() {
			serve(HALF_CLOSE, null);
		}

		@Override
		public void onReady() {
			serve(READY, null);
		}

		/** What escapes the service is answered by gRPC itself. */
		@SuppressWarnings("NullAway")
		private void serve(int callback, @Nullable Q message) {
			this.call.servedBy(Thread.currentThread());
			try {
				switch (callback) {
					case MESSAGE -> super.onMessage(message);
					case HALF_CLOSE -> super.onHalfClose();
					default -> super.onReady();
				}
			}
			catch (Throwable ex) {
				this.observed.answer(Status.Code.UNKNOWN);
				throw ex;
			}
			finally {
				this.call.servedBy(null);
			}
		}

		@Override
		public void onCancel() {
			this.observed.end(this.observed.cancellation());
			super.onCancel();
		}

		@Override
		public void onComplete() {
			Status.Code closed = this.observed.closed();
			this.observed.end((closed != null) ? closed : Status.Code.OK);
			super.onComplete();
		}

	}

}
