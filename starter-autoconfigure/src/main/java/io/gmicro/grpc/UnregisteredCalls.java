package io.gmicro.grpc;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;

/**
 * Observes the calls of methods that are not registered, which no interceptor sees unless
 * the server has a fallback for them; then the interceptor leaves them to this.
 */
final class UnregisteredCalls extends ServerStreamTracer.Factory {

	private static final Context.Key<Boolean> OBSERVED = Context.keyWithDefault("io.gmicro.grpc.observed", false);

	private static final ServerStreamTracer NONE = new ServerStreamTracer() {
	};

	private final MethodLabels labels;

	private final CallObservers observers;

	UnregisteredCalls(MethodLabels labels, CallObservers observers) {
		this.labels = labels;
		this.observers = observers;
	}

	static boolean observes(Context context) {
		return OBSERVED.get(context);
	}

	@Override
	public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
		return this.labels.isUnregistered(method) ? new Tracer(this.labels.other()) : NONE;
	}

	/**
	 * Observes one call.
	 */
	private final class Tracer extends ServerStreamTracer {

		private final Call call;

		Tracer(String method) {
			this.call = new Call(Call.Side.SERVER, method, true);
			this.call.servedBy(null);
			UnregisteredCalls.this.observers.started(this.call);
		}

		@Override
		public Context filterContext(Context context) {
			return context.withValue(OBSERVED, true);
		}

		@Override
		public void outboundMessage(int sequenceNumber) {
			UnregisteredCalls.this.observers.sent(this.call);
		}

		@Override
		public void inboundMessage(int sequenceNumber) {
			UnregisteredCalls.this.observers.received(this.call);
		}

		@Override
		public void streamClosed(Status status) {
			UnregisteredCalls.this.observers.ended(this.call, status.getCode());
		}

	}

}
