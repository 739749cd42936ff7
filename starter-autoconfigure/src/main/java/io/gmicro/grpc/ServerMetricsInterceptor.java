package io.gmicro.grpc;

import java.time.Duration;
import java.util.Collection;
import java.util.List;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;

/**
 * Observes every call of a server exactly once, with the status code that the client
 * received. Add it as the outermost interceptor, so that it observes the responses of
 * other interceptors. Thread-safe; one instance may be used for many servers.
 * <p>
 * Some calls never reach this interceptor: calls of unknown methods, calls that an
 * interceptor outside of it responds to, and calls that end before they are handled.
 * {@link #unseenCalls()} observes them, by method once the methods of the server are
 * {@linkplain #register(Collection, boolean) registered}. It also ensures that a call is
 * observed once if the interceptor was added twice.
 */
public final class ServerMetricsInterceptor implements ServerInterceptor {

	/** Full names of infrastructure services, which are not recorded by default. */
	public static final List<String> INFRASTRUCTURE = List.of("grpc.health.v1.Health",
			"grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection");

	private final MethodLabels labels;

	private final CallObservers observers;

	private final UnseenCalls unseen;

	/**
	 * Create an interceptor that records {@link CallMetrics} of all services except the
	 * {@link #INFRASTRUCTURE}.
	 * @param registry the registry of the meters
	 * @param bounds the upper bounds of the duration histogram's buckets, positive and
	 * ascending; {@code +Inf} is added
	 */
	public ServerMetricsInterceptor(MeterRegistry registry, Collection<Duration> bounds) {
		this(List.of(new CallMetrics(registry, bounds)), INFRASTRUCTURE, registry);
	}

	/**
	 * Create an interceptor.
	 * @param observers the observers, in the order in which they are called
	 * @param excludedServices full names of services whose calls are not observed
	 * @param registry the registry of the counters of overflows and of observer errors
	 */
	public ServerMetricsInterceptor(List<? extends CallObserver> observers, Collection<String> excludedServices,
			MeterRegistry registry) {
		this.labels = new MethodLabels(excludedServices, registry);
		this.observers = new CallObservers(observers, registry);
		this.unseen = new UnseenCalls(this.labels, this.observers);
	}

	/**
	 * Registers the methods of a server. From then on all other methods are recorded as
	 * {@link Call#OTHER}. May be called again for further services.
	 * @param services the services, usually {@code server.getServices()}
	 * @param initialize whether to notify observers, so that series exist with the value
	 * 0 before the first call
	 */
	public void register(Collection<ServerServiceDefinition> services, boolean initialize) {
		for (String method : this.labels.register(services)) {
			if (initialize) {
				this.observers.registered(method);
			}
		}
	}

	/**
	 * Observes calls that never reach this interceptor, and the codes with which gRPC
	 * itself ends calls. Pass it to {@code ServerBuilder.addStreamTracerFactory}.
	 * @return a factory of tracers, always the same
	 */
	public ServerStreamTracer.Factory unseenCalls() {
		return this.unseen;
	}

	@Override
	public <Q, A> ServerCall.Listener<Q> interceptCall(ServerCall<Q, A> serverCall, Metadata headers,
			ServerCallHandler<Q, A> next) {
		Context context = Context.current();
		UnseenCalls.Tracer tracer = this.unseen.tracer(context);
		String method = (tracer == null || tracer.claim()) ? this.labels.of(serverCall.getMethodDescriptor()) : null;
		if (method == null) {
			return next.startCall(serverCall, headers);
		}
		boolean stream = serverCall.getMethodDescriptor().getType() != MethodDescriptor.MethodType.UNARY;
		Call call = Call.served(method, stream, System.nanoTime());
		this.observers.started(call);
		ObservedServerCall<Q, A> observed = new ObservedServerCall<>(serverCall, call, context, tracer, this.observers);
		long @Nullable [] open = this.observers.beginServing();
		try {
			return observed.listener(next.startCall(observed, headers));
		}
		catch (Throwable ex) {
			observed.answer(Status.fromThrowable(ex).getCode());
			throw ex;
		}
		finally {
			call.servedBy(null);
			this.observers.endServing(open, call);
		}
	}

}
