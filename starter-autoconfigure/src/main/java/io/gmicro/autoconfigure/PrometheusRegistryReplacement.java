package io.gmicro.autoconfigure;

import java.util.Set;

import io.gmicro.grpc.CallMetrics;
import io.gmicro.http.RequestDuration;
import io.gmicro.scrape.HistogramTimerRegistry;
import io.micrometer.core.instrument.Clock;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.tracer.common.SpanContext;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.AutowireCapableBeanFactory;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.core.type.MethodMetadata;

/**
 * Puts a registry of ours in the place of Spring Boot's Prometheus registry, under its
 * name, and hands it, and no other registry, a clock of ours. Spring Boot's definition is
 * recognized by the class that declares it, so that none of its conditions is repeated. A
 * registry or a clock of the application is left alone.
 */
final class PrometheusRegistryReplacement implements BeanDefinitionRegistryPostProcessor {

	/** The timers that are cheaper there. */
	static final Set<String> TIMERS = Set.of(RequestDuration.NAME, CallMetrics.SERVER_DURATION,
			CallMetrics.CLIENT_DURATION);

	private static final String REGISTRY = "prometheusMeterRegistry";

	static final String CLOCK = "gmicroScrapeClock";

	private static final Set<String> DECLARED_BY = Set.of(MetricsAutoConfigurations.PROMETHEUS_3,
			MetricsAutoConfigurations.PROMETHEUS_4);

	@Override
	public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry definitions) {
		if (definitions.containsBeanDefinition(REGISTRY) && isSpringBoots(definitions.getBeanDefinition(REGISTRY))) {
			definitions.removeBeanDefinition(REGISTRY);
			definitions.registerBeanDefinition(REGISTRY, definition());
		}
	}

	/** Ahead-of-time processing writes a factory method down, but no supplier. */
	private static BeanDefinition definition() {
		RootBeanDefinition definition = new RootBeanDefinition(PrometheusRegistryReplacement.class);
		definition.setFactoryMethodName("registry");
		definition.setTargetType(HistogramTimerRegistry.class);
		definition.setAutowireMode(AutowireCapableBeanFactory.AUTOWIRE_CONSTRUCTOR);
		return definition;
	}

	private static boolean isSpringBoots(BeanDefinition definition) {
		MethodMetadata declaredBy = (definition instanceof AnnotatedBeanDefinition annotated)
				? annotated.getFactoryMethodMetadata() : null;
		return declaredBy != null && DECLARED_BY.contains(declaredBy.getDeclaringClassName());
	}

	static HistogramTimerRegistry registry(PrometheusConfig config, PrometheusRegistry collectors, Clock clock,
			ObjectProvider<SpanContext> spans, BeanFactory beanFactory) {
		return new HistogramTimerRegistry(config, collectors,
				(clock == Clock.SYSTEM) ? beanFactory.getBean(CLOCK, Clock.class) : clock, spans.getIfAvailable(),
				TIMERS);
	}

}
