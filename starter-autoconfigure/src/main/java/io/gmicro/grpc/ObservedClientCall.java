package io.gmicro.grpc;

import io.grpc.ClientCall;
import io.grpc.ForwardingClientCall;
import io.grpc.ForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * A call on its way to the server, from the moment it is started.
 */
final class ObservedClientCall<Q, A> extends ForwardingClientCall.SimpleForwardingClientCall<Q, A> {

	private final String method;

	private final boolean stream;

	private final CallObservers observers;

	private @Nullable Call call;

	ObservedClientCall(ClientCall<Q, A> delegate, String method, boolean stream, CallObservers observers) {
		super(delegate);
		this.method = method;
		this.stream = stream;
		this.observers = observers;
	}

	@Override
	public void start(ClientCall.Listener<A> listener, Metadata headers) {
		Call started = new Call(Call.Side.CLIENT, this.method, this.stream);
		this.call = started;
		this.observers.started(started);
		try {
			super.start(new Listener<>(listener, started, this.observers), headers);
		}
		catch (Throwable ex) {
			this.observers.ended(started, Status.fromThrowable(ex).getCode());
			throw ex;
		}
	}

	@Override
	public void sendMessage(Q message) {
		Call started = this.call;
		if (started != null) {
			this.observers.sent(started);
		}
		super.sendMessage(message);
	}

	/**
	 * The server's side of the call.
	 */
	private static final class Listener<A> extends ForwardingClientCallListener.SimpleForwardingClientCallListener<A> {

		private final Call call;

		private final CallObservers observers;

		Listener(ClientCall.Listener<A> delegate, Call call, CallObservers observers) {
			super(delegate);
			this.call = call;
			this.observers = observers;
		}

		@Override
		public void onMessage(A message) {
			this.observers.received(this.call);
			super.onMessage(message);
		}

		@Override
		public void onClose(Status status, Metadata trailers) {
			this.observers.ended(this.call, status.getCode());
			super.onClose(status, trailers);
		}

	}

}
