package io.gmicro.autoconfigure;

import io.gmicro.grpc.ServerMetricsInterceptor;
import io.grpc.BindableService;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.ApplicationListener;
import org.springframework.grpc.server.lifecycle.GrpcServerStartedEvent;

/**
 * Tells the interceptor which services there are: those of Spring gRPC before the first
 * call can come, and what was added to a server in another way once it has started.
 */
final class RegisteredServices implements SmartInitializingSingleton, ApplicationListener<GrpcServerStartedEvent> {

	private final ServerMetricsInterceptor interceptor;

	private final ObjectProvider<BindableService> services;

	private final boolean initialize;

	RegisteredServices(ServerMetricsInterceptor interceptor, ObjectProvider<BindableService> services,
			boolean initialize) {
		this.interceptor = interceptor;
		this.services = services;
		this.initialize = initialize;
	}

	@Override
	public void afterSingletonsInstantiated() {
		this.interceptor.register(this.services.stream().map(BindableService::bindService).toList(), this.initialize);
	}

	@Override
	public void onApplicationEvent(GrpcServerStartedEvent event) {
		this.interceptor.register(event.getServer().getServices(), false);
	}

}
