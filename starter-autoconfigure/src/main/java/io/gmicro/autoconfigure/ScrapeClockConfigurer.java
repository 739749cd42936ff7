package io.gmicro.autoconfigure;

import java.util.Set;

import io.micrometer.core.instrument.Clock;

import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.ConstructorArgumentValues.ValueHolder;
import org.springframework.beans.factory.config.RuntimeBeanReference;
import org.springframework.core.type.MethodMetadata;

/**
 * Hands Spring Boot's Prometheus registry, and no other registry, a clock of ours. Its
 * definition is recognized by the class that declares it. A registry or a clock of the
 * application is left alone.
 */
final class ScrapeClockConfigurer implements BeanFactoryPostProcessor {

	private static final String REGISTRY = "prometheusMeterRegistry";

	/** There unless the application declares a clock. */
	private static final String SYSTEM_CLOCK = "micrometerClock";

	private static final Set<String> DECLARED_BY = Set.of(MetricsAutoConfigurations.PROMETHEUS_3,
			MetricsAutoConfigurations.PROMETHEUS_4);

	private final String clock;

	ScrapeClockConfigurer(String clock) {
		this.clock = clock;
	}

	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
		if (beanFactory.containsBeanDefinition(SYSTEM_CLOCK) && beanFactory.containsBeanDefinition(REGISTRY)
				&& beanFactory.getBeanDefinition(REGISTRY) instanceof AnnotatedBeanDefinition registry) {
			MethodMetadata declaredBy = registry.getFactoryMethodMetadata();
			if (declaredBy != null && DECLARED_BY.contains(declaredBy.getDeclaringClassName())) {
				registry.getConstructorArgumentValues()
					.addGenericArgumentValue(
							new ValueHolder(new RuntimeBeanReference(this.clock), Clock.class.getName()));
			}
		}
	}

}
