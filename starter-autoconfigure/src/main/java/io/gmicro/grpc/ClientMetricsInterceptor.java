package io.gmicro.grpc;

import java.time.Duration;
import java.util.Collection;
import java.util.List;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall;
import io.grpc.ForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;

/**
 * Observes every call of a client exactly once, retries included, with the status code
 * that the client received. Add it as the outermost interceptor, which is the last one
 * passed to a {@code ManagedChannelBuilder}. Thread-safe; one instance may be used for
 * many channels.
 */
public final class ClientMetricsInterceptor implements ClientInterceptor {

	private final MethodLabels labels;

	private final ServerAddress.Table servers;

	private final CallObservers observers;

	/**
	 * Create an interceptor that records {@link CallMetrics} of all services except the
	 * {@link ServerMetricsInterceptor#INFRASTRUCTURE infrastructure}.
	 * @param registry the registry of the meters
	 * @param bounds the upper bounds of the duration histogram's buckets, positive and
	 * ascending; {@code +Inf} is added
	 */
	public ClientMetricsInterceptor(MeterRegistry registry, Collection<Duration> bounds) {
		this(List.of(new CallMetrics(registry, bounds)), ServerMetricsInterceptor.INFRASTRUCTURE, registry);
	}

	/**
	 * Create an interceptor.
	 * @param observers the observers, in the order in which they are called
	 * @param excludedServices full names of services whose calls are not observed
	 * @param registry the registry of the counters of overflows and of observer errors
	 */
	public ClientMetricsInterceptor(List<? extends CallObserver> observers, Collection<String> excludedServices,
			MeterRegistry registry) {
		this.labels = new MethodLabels(excludedServices, registry);
		this.servers = new ServerAddress.Table(registry);
		this.observers = new CallObservers(observers, registry);
	}

	@Override
	public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
		ClientCall<Q, A> call = next.newCall(method, options);
		String label = this.labels.of(method);
		boolean stream = method.getType() != MethodDescriptor.MethodType.UNARY;
		return (label != null) ? new ObservedCall<>(call, label, this.servers.find(label, next), stream, this.observers)
				: call;
	}

	/**
	 * A client call, observed from the moment that it is started.
	 */
	private static final class ObservedCall<Q, A> extends ForwardingClientCall.SimpleForwardingClientCall<Q, A> {

		private final String method;

		private final ServerAddress server;

		private final boolean stream;

		private final CallObservers observers;

		private @Nullable Call call;

		ObservedCall(ClientCall<Q, A> delegate, String method, ServerAddress server, boolean stream,
				CallObservers observers) {
			super(delegate);
			this.method = method;
			this.server = server;
			this.stream = stream;
			this.observers = observers;
		}

		@Override
		public void start(ClientCall.Listener<A> listener, Metadata headers) {
			Call started = Call.made(this.method, this.server, this.stream);
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
		 * Receives the messages and the status of the server.
		 */
		private static final class Listener<A>
				extends ForwardingClientCallListener.SimpleForwardingClientCallListener<A> {

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

}
