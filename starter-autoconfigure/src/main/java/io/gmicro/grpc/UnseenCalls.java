package io.gmicro.grpc;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * Observes calls that never reach the interceptor: calls of unregistered methods from
 * their start, all others when they have ended. Each call has one tracer, which the
 * interceptor finds in the context and claims.
 */
final class UnseenCalls extends ServerStreamTracer.Factory {

	private static final VarHandle CLAIMED = claimedHandle();

	private final Context.Key<Tracer> key = Context.key("io.gmicro.grpc.tracer");

	private final MethodLabels labels;

	private final CallObservers observers;

	UnseenCalls(MethodLabels labels, CallObservers observers) {
		this.labels = labels;
		this.observers = observers;
	}

	private static VarHandle claimedHandle() {
		try {
			return MethodHandles.lookup().findVarHandle(Tracer.class, "claimed", boolean.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	/**
	 * The tracer of the current call.
	 * @param context the context of the call
	 * @return the tracer, or {@code null} if the server has none
	 */
	@Nullable Tracer tracer(Context context) {
		return this.key.get(context);
	}

	@Override
	public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
		return new Tracer(method);
	}

	/**
	 * The tracer of one call.
	 */
	final class Tracer extends ServerStreamTracer {

		private final long startNanos = System.nanoTime();

		private final String method;

		/** The call, if its method is not registered. */
		private final @Nullable Call unregistered;

		private volatile @Nullable Status closed;

		/** Set once, through the handle. */
		@SuppressWarnings({ "unused", "FieldCanBeFinal" })
		private boolean claimed;

		Tracer(String method) {
			this.method = method;
			this.unregistered = UnseenCalls.this.labels.isUnregistered(method) ? start(UnseenCalls.this.labels.other())
					: null;
		}

		private Call start(String label) {
			Call call = Call.served(label, true, this.startNanos);
			call.servedBy(null);
			UnseenCalls.this.observers.started(call);
			return call;
		}

		/**
		 * Makes the caller responsible for observing the call.
		 * @return {@code false} if another caller is
		 */
		boolean claim() {
			return this.unregistered == null && CLAIMED.compareAndSet(this, false, true);
		}

		/**
		 * The code with which the transport closed the call.
		 * @return the code, or {@code null} if the call has not ended
		 */
		Status.@Nullable Code code() {
			Status status = this.closed;
			return (status != null) ? status.getCode() : null;
		}

		@Override
		public Context filterContext(Context context) {
			return context.withValue(UnseenCalls.this.key, this);
		}

		@Override
		public void outboundMessage(int sequenceNumber) {
			if (this.unregistered != null) {
				UnseenCalls.this.observers.sent(this.unregistered);
			}
		}

		@Override
		public void inboundMessage(int sequenceNumber) {
			if (this.unregistered != null) {
				UnseenCalls.this.observers.received(this.unregistered);
			}
		}

		@Override
		public void streamClosed(Status status) {
			this.closed = status;
			Call call = this.unregistered;
			if (call == null && claim()) {
				String label = UnseenCalls.this.labels.ofName(this.method);
				call = (label != null) ? start(label) : null;
			}
			if (call != null) {
				UnseenCalls.this.observers.ended(call, status.getCode());
			}
		}

	}

}
