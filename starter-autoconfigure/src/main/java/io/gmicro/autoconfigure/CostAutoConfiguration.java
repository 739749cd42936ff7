package io.gmicro.autoconfigure;

import io.gmicro.cost.ProcessCost;
import io.gmicro.cost.ThreadCounters;
import io.gmicro.grpc.CallCost;
import io.gmicro.http.RequestCost;
import io.grpc.ServerInterceptor;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.Filter;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.NoneNestedConditions;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.grpc.server.GlobalServerInterceptor;

/**
 * {@link AutoConfiguration Auto-configuration} for the CPU time and the allocated bytes
 * of requests by route and of gRPC calls by method.
 */
@AutoConfiguration(after = GmicroAutoConfiguration.class,
		before = { HttpMetricsAutoConfiguration.class, GrpcMetricsAutoConfiguration.class })
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBooleanProperty("gmicro.metrics.enabled")
@ConditionalOnBooleanProperty("gmicro.http.cost.enabled")
@ConditionalOnBean(MeterRegistry.class)
public final class CostAutoConfiguration {

	private static final Log logger = LogFactory.getLog(CostAutoConfiguration.class);

	@Configuration(proxyBeanMethods = false)
	@Conditional(OnThreadCounters.class)
	static final class ProcessConfiguration {

		/** Exists only if requests or calls are measured. */
		@Bean
		@Lazy
		@ConditionalOnMissingBean
		ProcessCost gmicroProcessCost(MeterRegistry registry, Environment environment) {
			if (ThreadCounters.existVirtualThreads()
					&& environment.getProperty("spring.threads.virtual.enabled", Boolean.class, false)) {
				logger.warn("gmicro.http.cost.enabled=true, but spring.threads.virtual.enabled=true: virtual threads "
						+ "have no counters, so what requests use on them is recorded as _BACKGROUND");
			}
			return new ProcessCost(registry);
		}

	}

	/**
	 * Requests.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
	@ConditionalOnClass(Filter.class)
	@Conditional(OnThreadCounters.class)
	static final class RequestConfiguration {

		@Bean
		@ConditionalOnMissingBean
		RequestCost gmicroRequestCost(MeterRegistry registry, ProcessCost process) {
			return new RequestCost(registry, process);
		}

	}

	/**
	 * Incoming gRPC calls.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ ServerInterceptor.class, GlobalServerInterceptor.class })
	@ConditionalOnBooleanProperty(name = "gmicro.grpc.server.enabled", matchIfMissing = true)
	@Conditional(OnThreadCounters.class)
	static final class CallConfiguration {

		@Bean
		@ConditionalOnMissingBean
		CallCost gmicroCallCost(MeterRegistry registry, ProcessCost process) {
			return new CallCost(registry, process);
		}

	}

	/**
	 * A JVM whose threads cannot be measured.
	 */
	@Configuration(proxyBeanMethods = false)
	@Conditional(WithoutThreadCounters.class)
	static final class WithoutCountersConfiguration {

		WithoutCountersConfiguration() {
			logger.warn("gmicro.http.cost.enabled=true, but no cost is recorded: this JVM does not count the CPU time "
					+ "and the allocated bytes of its threads, or has no module jdk.management");
		}

	}

	/**
	 * Matches if the JVM counts what its threads use.
	 */
	static final class OnThreadCounters implements Condition {

		@Override
		public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
			return ThreadCounters.areSupported();
		}

	}

	/**
	 * Matches if the JVM does not count what its threads use.
	 */
	static final class WithoutThreadCounters extends NoneNestedConditions {

		WithoutThreadCounters() {
			super(ConfigurationPhase.PARSE_CONFIGURATION);
		}

		@Conditional(OnThreadCounters.class)
		static final class Supported {

		}

	}

}
