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

/**
 * Observes the calls that a server serves: each of them once, with the code that its
 * client got. It is meant to be the outermost interceptor, so that it sees what others
 * answer. Thread-safe; one instance may serve many servers.
 * <p>
 * Some calls never reach an interceptor: those of a method that no service has, those
 * that an interceptor outside of this one answers, and those that have ended before they
 * are handled. {@link #unseenCalls()} observes these, by method once the server has
 * {@link #register(Collection, boolean) told} what it has. It also makes sure that a call
 * is observed once where this interceptor has been added twice.
 */
public final class ServerMetricsInterceptor implements ServerInterceptor {

	/** Services of the infrastructure, whose calls are usually not recorded. */
	public static final List<String> INFRASTRUCTURE = List.of("grpc.health.v1.Health",
			"grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection");

	private final MethodLabels labels;

	private final CallObservers observers;

	private final UnseenCalls unseen;

	/**
	 * Create an interceptor that records {@link CallMetrics} of everything but the
	 * {@link #INFRASTRUCTURE}.
	 * @param registry where the meters are registered
	 * @param bounds the upper bounds of the duration histogram's buckets, positive and
	 * ascending; {@code +Inf} is added
	 */
	public ServerMetricsInterceptor(MeterRegistry registry, Collection<Duration> bounds) {
		this(List.of(new CallMetrics(registry, bounds)), INFRASTRUCTURE, registry);
	}

	/**
	 * Create an interceptor.
	 * @param observers who sees the calls, called in this order
	 * @param excludedServices full names of services whose calls are not observed
	 * @param registry where it is counted which labels were folded and which observers
	 * failed
	 */
	public ServerMetricsInterceptor(List<? extends CallObserver> observers, Collection<String> excludedServices,
			MeterRegistry registry) {
		this.labels = new MethodLabels(excludedServices, registry);
		this.observers = new CallObservers(observers, registry);
		this.unseen = new UnseenCalls(this.labels, this.observers);
	}

	/**
	 * Tell what a server has. From then on every other method is {@link Call#OTHER}. May
	 * be called again for more.
	 * @param services the services, usually {@code server.getServices()}
	 * @param initialize whether observers are told, so that series exist with the value 0
	 * before the first call
	 */
	public void register(Collection<ServerServiceDefinition> services, boolean initialize) {
		for (String method : this.labels.register(services)) {
			if (initialize) {
				this.observers.registered(method);
			}
		}
	}

	/**
	 * What observes the calls that never reach this interceptor, and knows the codes with
	 * which gRPC itself ends calls: give it to
	 * {@code ServerBuilder.addStreamTracerFactory}.
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
		Call call = new Call(Call.Side.SERVER, method, stream);
		this.observers.started(call);
		ObservedServerCall<Q, A> observed = new ObservedServerCall<>(serverCall, call, context, tracer, this.observers);
		try {
			return observed.listener(next.startCall(observed, headers));
		}
		catch (Throwable ex) {
			observed.answer(Status.fromThrowable(ex).getCode());
			throw ex;
		}
		finally {
			call.servedBy(null);
		}
	}

}
