package io.gmicro.autoconfigure;

import java.util.Collection;
import java.util.List;
import java.util.Map;

import io.gmicro.custom.CustomMetrics;
import io.gmicro.scrape.InspectableRegistry;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.util.ClassUtils;

/**
 * Refuses metrics of the configuration that are published under the same name as another,
 * looked for again once everything else has registered its own.
 */
final class CustomMetricsNames implements ApplicationListener<ContextRefreshedEvent> {

	private static final boolean PROMETHEUS = ClassUtils.isPresent(
			"io.prometheus.metrics.model.registry.PrometheusRegistry", CustomMetricsNames.class.getClassLoader());

	private static final String PREFIX = "gmicro.metrics.custom.";

	private final CustomMetrics metrics;

	private final GmicroProperties properties;

	private final BeanFactory beanFactory;

	CustomMetricsNames(CustomMetrics metrics, GmicroProperties properties, BeanFactory beanFactory) {
		this.metrics = metrics;
		this.properties = properties;
		this.beanFactory = beanFactory;
	}

	@Override
	public void onApplicationEvent(ContextRefreshedEvent event) {
		requireDistinct(this.metrics, this.properties, this.beanFactory);
		this.metrics.initialize();
	}

	static void requireDistinct(CustomMetrics metrics, GmicroProperties properties, BeanFactory beanFactory) {
		Collection<String> collectors = PROMETHEUS ? Collectors.names(beanFactory) : List.of();
		Map<String, String> clashes = metrics.clashes(collectors);
		properties.metrics().custom().forEach((name, metric) -> {
			String other = clashes.get(name);
			if (other != null) {
				throw new InvalidConfigurationPropertyValueException(PREFIX + name + ".type", metric.type(),
						"It is published under the same name as " + other + ". Choose another name.");
			}
		});
	}

	static void requireAsWritten(ConfigurableEnvironment environment) {
		MapKeys.requireAsWritten(environment, PREFIX, "The name of a metric has letters, digits and '_'.");
	}

	/** Loaded only where client_java is there. */
	private static final class Collectors {

		static Collection<String> names(BeanFactory beanFactory) {
			InspectableRegistry registry = beanFactory.getBeanProvider(InspectableRegistry.class).getIfAvailable();
			return (registry != null) ? registry.names() : List.of();
		}

	}

}
