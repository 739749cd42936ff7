package io.gmicro.autoconfigure;

import java.util.Set;

import io.gmicro.scrape.ScrapeMeterRegistry;
import io.micrometer.core.instrument.Clock;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.tracer.common.SpanContext;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
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
final class ScrapeMeterRegistryConfigurer implements BeanDefinitionRegistryPostProcessor {

	/** The timers that are cheaper there. */
	static final Set<String> TIMERS = Set.of("http.server.request.duration", "rpc.server.call.duration",
			"rpc.client.call.duration");

	private static final String REGISTRY = "prometheusMeterRegistry";

	/** There unless the application declares a clock. */
	private static final String SYSTEM_CLOCK = "micrometerClock";

	private static final Set<String> DECLARED_BY = Set.of(MetricsAutoConfigurations.PROMETHEUS_3,
			MetricsAutoConfigurations.PROMETHEUS_4);

	private final BeanFactory beanFactory;

	private final String clock;

	ScrapeMeterRegistryConfigurer(BeanFactory beanFactory, String clock) {
		this.beanFactory = beanFactory;
		this.clock = clock;
	}

	@Override
	public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry definitions) {
		if (definitions.containsBeanDefinition(REGISTRY) && isSpringBoots(definitions.getBeanDefinition(REGISTRY))) {
			boolean coarse = definitions.containsBeanDefinition(SYSTEM_CLOCK);
			definitions.removeBeanDefinition(REGISTRY);
			definitions.registerBeanDefinition(REGISTRY,
					new RootBeanDefinition(ScrapeMeterRegistry.class, () -> registry(coarse)));
		}
	}

	private static boolean isSpringBoots(BeanDefinition definition) {
		MethodMetadata declaredBy = (definition instanceof AnnotatedBeanDefinition annotated)
				? annotated.getFactoryMethodMetadata() : null;
		return declaredBy != null && DECLARED_BY.contains(declaredBy.getDeclaringClassName());
	}

	private ScrapeMeterRegistry registry(boolean coarse) {
		return new ScrapeMeterRegistry(this.beanFactory.getBean(PrometheusConfig.class),
				this.beanFactory.getBean(PrometheusRegistry.class),
				coarse ? this.beanFactory.getBean(this.clock, Clock.class) : this.beanFactory.getBean(Clock.class),
				this.beanFactory.getBeanProvider(SpanContext.class).getIfAvailable(), TIMERS);
	}

}
