package io.gmicro.grpc;

import java.time.Duration;
import java.util.Collection;
import java.util.List;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * Observes the calls that a client makes: each of them once, with the code that the
 * client got, retries included. It is meant to be the outermost interceptor, which is the
 * last one that is given to a {@code ManagedChannelBuilder}. Thread-safe; one instance
 * may serve many channels.
 */
public final class ClientMetricsInterceptor implements ClientInterceptor {

	private final MethodLabels labels;

	private final CallObservers observers;

	/**
	 * Create an interceptor that records {@link CallMetrics} of everything but the
	 * {@link ServerMetricsInterceptor#INFRASTRUCTURE infrastructure}.
	 * @param registry where the meters are registered
	 * @param bounds the upper bounds of the duration histogram's buckets, positive and
	 * ascending; {@code +Inf} is added
	 */
	public ClientMetricsInterceptor(MeterRegistry registry, Collection<Duration> bounds) {
		this(List.of(new CallMetrics(registry, bounds)), ServerMetricsInterceptor.INFRASTRUCTURE, registry);
	}

	/**
	 * Create an interceptor.
	 * @param observers who sees the calls, called in this order
	 * @param excludedServices full names of services whose calls are not observed
	 * @param registry where it is counted which labels were folded and which observers
	 * failed
	 */
	public ClientMetricsInterceptor(List<? extends CallObserver> observers, Collection<String> excludedServices,
			MeterRegistry registry) {
		this.labels = new MethodLabels(excludedServices, registry);
		this.observers = new CallObservers(observers, registry);
	}

	@Override
	public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
		ClientCall<Q, A> call = next.newCall(method, options);
		String label = this.labels.of(method);
		boolean stream = method.getType() != MethodDescriptor.MethodType.UNARY;
		return (label != null) ? new ObservedClientCall<>(call, label, stream, this.observers) : call;
	}

}
