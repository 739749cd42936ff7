package io.gmicro.autoconfigure;

import io.gmicro.gin.GoCallMetrics;
import io.gmicro.grpc.ActiveCalls;
import io.gmicro.grpc.CallMetrics;
import io.gmicro.grpc.CallObserver;
import io.gmicro.grpc.ClientMetricsInterceptor;
import io.gmicro.grpc.ServerMetricsInterceptor;
import io.gmicro.http.ActiveExchanges;
import io.gmicro.slow.SlowCalls;
import io.gmicro.slow.SlowRequests;
import io.grpc.BindableService;
import io.grpc.ServerBuilder;
import io.grpc.ServerInterceptor;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import jakarta.servlet.Filter;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.grpc.client.GlobalClientInterceptor;
import org.springframework.grpc.server.GlobalServerInterceptor;
import org.springframework.grpc.server.ServerBuilderCustomizer;
import org.springframework.grpc.server.lifecycle.GrpcServerStartedEvent;

/**
 * {@link AutoConfiguration Auto-configuration} for gRPC call metrics, in web applications
 * and others: an interceptor for every server and one for every client of Spring gRPC,
 * each outside all others. The server interceptor is added to the builder, as
 * interceptors of the builder run outside all global ones, whatever their order.
 */
@AutoConfiguration(after = { SamplingAutoConfiguration.class, SlowRequestsAutoConfiguration.class })
@ConditionalOnClass({ MeterRegistry.class, ServerInterceptor.class, GlobalServerInterceptor.class })
@ConditionalOnBooleanProperty("gmicro.metrics.enabled")
@ConditionalOnBean(MeterRegistry.class)
@EnableConfigurationProperties(GmicroProperties.class)
public final class GrpcMetricsAutoConfiguration {

	@Bean
	GrpcStartupReport gmicroGrpcStartupReport(GmicroProperties properties, ObjectProvider<MeterRegistry> registries) {
		return new GrpcStartupReport(properties, registries);
	}

	@Bean
	@Order(Ordered.HIGHEST_PRECEDENCE)
	static MeterFilter gmicroCallNames(GmicroProperties properties) {
		return OwnNames.ofCalls(properties);
	}

	@Bean
	@ConditionalOnMissingBean
	@Conditional(GmicroAutoConfiguration.OnStandardNames.class)
	CallMetrics gmicroCallMetrics(MeterRegistry registry, GmicroProperties properties) {
		return new CallMetrics(registry, properties.grpc().callDuration().buckets());
	}

	/**
	 * Metrics in the Go framework's naming.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(PrometheusMeterRegistry.class)
	@Conditional(GmicroAutoConfiguration.OnGmicroNames.class)
	static final class OriginalNamesConfiguration {

		@Bean
		@ConditionalOnBean(PrometheusMeterRegistry.class)
		@ConditionalOnMissingBean
		GoCallMetrics gmicroGoCallMetrics(PrometheusMeterRegistry registry, GmicroProperties properties) {
			return new GoCallMetrics(registry.getPrometheusRegistry(), properties.metrics().labels());
		}

	}

	/**
	 * Calls among the requests in flight and the slow requests.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(Filter.class)
	@ConditionalOnBooleanProperty(name = "gmicro.grpc.server.enabled", matchIfMissing = true)
	static final class ActiveCallsConfiguration {

		@Bean
		@ConditionalOnBean(ActiveExchanges.class)
		@ConditionalOnMissingBean({ ActiveCalls.class, SlowRequests.class })
		ActiveCalls gmicroActiveCalls(ActiveExchanges active) {
			return new ActiveCalls(active.operations());
		}

		@Bean
		@ConditionalOnBean({ ActiveExchanges.class, SlowRequests.class })
		@ConditionalOnMissingBean
		SlowCalls gmicroSlowCalls(MeterRegistry registry, ActiveExchanges active, SlowRequests slow) {
			return new SlowCalls(registry, active, slow);
		}

	}

	/**
	 * Incoming calls.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBooleanProperty(name = "gmicro.grpc.server.enabled", matchIfMissing = true)
	static final class ServerConfiguration {

		@Bean
		@ConditionalOnMissingBean
		ServerMetricsInterceptor gmicroServerMetricsInterceptor(ObjectProvider<CallObserver> observers,
				GmicroProperties properties, MeterRegistry registry) {
			return new ServerMetricsInterceptor(observers.orderedStream().toList(), properties.grpc().excludeServices(),
					registry);
		}

		@Bean
		@Lazy(false)
		RegisteredServices gmicroRegisteredServices(ServerMetricsInterceptor interceptor,
				ObjectProvider<BindableService> services, GmicroProperties properties) {
			return new RegisteredServices(interceptor, services, properties.grpc().server().initializeMetrics());
		}

		/** The interceptor that is added last is the outermost. */
		@Bean
		@Order
		<B extends ServerBuilder<B>> ServerBuilderCustomizer<B> gmicroServerCalls(
				ServerMetricsInterceptor interceptor) {
			return (builder) -> builder.intercept(interceptor).addStreamTracerFactory(interceptor.unseenCalls());
		}

	}

	/**
	 * Outgoing calls.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBooleanProperty(name = "gmicro.grpc.client.enabled", matchIfMissing = true)
	static final class ClientConfiguration {

		@Bean
		@GlobalClientInterceptor
		@Order(Ordered.HIGHEST_PRECEDENCE)
		@ConditionalOnMissingBean
		ClientMetricsInterceptor gmicroClientMetricsInterceptor(ObjectProvider<CallObserver> observers,
				GmicroProperties properties, MeterRegistry registry) {
			return new ClientMetricsInterceptor(observers.orderedStream().toList(), properties.grpc().excludeServices(),
					registry);
		}

	}

	/**
	 * Registers the services with the interceptor: those of Spring gRPC before the first
	 * call, and those added to a server in another way when it has started.
	 */
	static final class RegisteredServices
			implements SmartInitializingSingleton, ApplicationListener<GrpcServerStartedEvent> {

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
			this.interceptor.register(this.services.stream().map(BindableService::bindService).toList(),
					this.initialize);
		}

		@Override
		public void onApplicationEvent(GrpcServerStartedEvent event) {
			this.interceptor.register(event.getServer().getServices(), false);
		}

	}

}
