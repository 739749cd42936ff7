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
 * A server call, whose observers are called before the client receives the event.
 */
final class ObservedServerCall<Q, A> extends ForwardingServerCall.SimpleForwardingServerCall<Q, A> {

	/**
	 * A client cancels a call whose deadline has passed, which the server may receive
	 * before the deadline has passed on its own clock.
	 */
	private static final long LARGEST_SKEW = TimeUnit.MILLISECONDS.toNanos(50);

	private static final int SKEW_SHARE = 10;

	/**
	 * The codes with which gRPC itself ends a call whose messages it rejects. The service
	 * receives a cancellation.
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
	 * Ends the call with a code, unless the call was cancelled and the client does not
	 * receive it. Until the service has been started, only the context may be cancelled.
	 */
	void answer(Status.Code code) {
		boolean gone = isCancelled() || (code != Status.Code.OK && this.context.isCancelled());
		end(gone ? cancellation() : code);
	}

	private void end(Status.Code code) {
		this.observers.ended(this.call, code);
	}

	/** gRPC cancels a call without the one message that the client expects. */
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

	/** The code of the transport, if it is known. */
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
	 * Receives the events of the client, and sets the thread that serves the call.
	 */
	static final class Listener<Q> extends ForwardingServerCallListener.SimpleForwardingServerCallListener<Q> {

		/**
		 * Not a lambda, which would be allocated per callback, nor an enum, whose
		 * initialization may run out of memory.
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

		/** gRPC itself responds to an exception that the service throws. */
		@SuppressWarnings("NullAway")
		private void serve(int callback, @Nullable Q message) {
			this.call.servedBy(Thread.currentThread());
			long @Nullable [] open = this.observed.observers.beginServing();
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
				this.observed.observers.endServing(open, this.call);
			}
		}

		@Override
		public void onCancel() {
			this.observed.end(this.observed.cancellation());
			long @Nullable [] open = this.observed.observers.beginServing();
			try {
				super.onCancel();
			}
			finally {
				this.observed.observers.endServing(open, this.call);
			}
		}

		@Override
		public void onComplete() {
			Status.Code closed = this.observed.closed();
			this.observed.end((closed != null) ? closed : Status.Code.OK);
			long @Nullable [] open = this.observed.observers.beginServing();
			try {
				super.onComplete();
			}
			finally {
				this.observed.observers.endServing(open, this.call);
			}
		}

	}

}
