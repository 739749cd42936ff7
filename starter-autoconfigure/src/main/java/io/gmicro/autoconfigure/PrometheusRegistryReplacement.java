package io.gmicro.autoconfigure;

import java.util.Set;

import io.gmicro.grpc.CallMetrics;
import io.gmicro.http.RequestDuration;
import io.gmicro.scrape.HistogramTimerRegistry;
import io.gmicro.scrape.InspectableRegistry;
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
 * Replaces Spring Boot's Prometheus registries, under their names: the registry of
 * collectors by one that lists them, the meter registry by one with cheaper timers and
 * its own clock. Spring Boot's definitions are recognized by the class that declares
 * them, so that none of its conditions is repeated. A registry or a clock of the
 * application is left alone.
 */
final class PrometheusRegistryReplacement implements BeanDefinitionRegistryPostProcessor {

	/** The timers that are cheaper in {@link HistogramTimerRegistry}. */
	static final Set<String> TIMERS = Set.of(RequestDuration.NAME, CallMetrics.SERVER_DURATION,
			CallMetrics.CLIENT_DURATION);

	static final String CLOCK = "gmicroScrapeClock";

	static final String SPRING_BOOT_3 = "org.springframework.boot.actuate.autoconfigure.metrics.export.prometheus.PrometheusMetricsExportAutoConfiguration";

	static final String SPRING_BOOT_4 = "org.springframework.boot.micrometer.metrics.autoconfigure.export.prometheus.PrometheusMetricsExportAutoConfiguration";

	@Override
	public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry definitions) {
		replace(definitions, "prometheusRegistry", InspectableRegistry.class, "collectors");
		replace(definitions, "prometheusMeterRegistry", HistogramTimerRegistry.class, "meters");
	}

	private static void replace(BeanDefinitionRegistry definitions, String name, Class<?> type, String method) {
		if (definitions.containsBeanDefinition(name) && isSpringBoots(definitions.getBeanDefinition(name))) {
			// Ahead-of-time processing supports a factory method, but no supplier
			RootBeanDefinition definition = new RootBeanDefinition(PrometheusRegistryReplacement.class);
			definition.setFactoryMethodName(method);
			definition.setTargetType(type);
			definition.setAutowireMode(AutowireCapableBeanFactory.AUTOWIRE_CONSTRUCTOR);
			definitions.removeBeanDefinition(name);
			definitions.registerBeanDefinition(name, definition);
		}
	}

	private static boolean isSpringBoots(BeanDefinition definition) {
		MethodMetadata declaredBy = (definition instanceof AnnotatedBeanDefinition annotated)
				? annotated.getFactoryMethodMetadata() : null;
		return declaredBy != null && Set.of(SPRING_BOOT_3, SPRING_BOOT_4).contains(declaredBy.getDeclaringClassName());
	}

	static InspectableRegistry collectors() {
		return new InspectableRegistry();
	}

	static HistogramTimerRegistry meters(PrometheusConfig config, PrometheusRegistry collectors, Clock clock,
			ObjectProvider<SpanContext> spans, BeanFactory beanFactory) {
		return new HistogramTimerRegistry(config, collectors,
				(clock == Clock.SYSTEM) ? beanFactory.getBean(CLOCK, Clock.class) : clock, spans.getIfAvailable(),
				TIMERS);
	}

}
