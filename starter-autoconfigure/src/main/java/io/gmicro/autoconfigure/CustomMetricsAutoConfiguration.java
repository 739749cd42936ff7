package io.gmicro.autoconfigure;

import java.util.Collection;
import java.util.List;
import java.util.Map;

import io.gmicro.custom.CustomMetrics;
import io.gmicro.scrape.InspectableRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.ClassUtils;

/**
 * {@link AutoConfiguration Auto-configuration} for custom metrics, in web applications
 * and others. While {@code gmicro.metrics.enabled} is not set the metrics record nothing,
 * so that classes that inject {@link CustomMetrics} still work.
 */
@AutoConfiguration(after = GmicroAutoConfiguration.class)
@ConditionalOnClass(MeterRegistry.class)
@Conditional(CustomMetricsAutoConfiguration.OnCustomMetrics.class)
@EnableConfigurationProperties(GmicroProperties.class)
public final class CustomMetricsAutoConfiguration {

	private static final Log logger = LogFactory.getLog(CustomMetricsAutoConfiguration.class);

	private static final String PROPERTY = "gmicro.metrics.custom";

	private static final String PREFIX = PROPERTY + ".";

	@Bean
	@ConditionalOnMissingBean
	CustomMetrics gmicroCustomMetrics(ObjectProvider<MeterRegistry> registries, GmicroProperties properties,
			BeanFactory beanFactory, ConfigurableEnvironment environment) {
		RawProperties.requireKeys(environment, PREFIX, "The name of a metric has letters, digits and '_'.");
		CustomMetrics metrics = new CustomMetrics(registry(registries, properties.metrics()),
				properties.metrics().custom());
		DistinctNames.require(metrics, properties, beanFactory);
		return metrics;
	}

	@Bean
	DistinctNames gmicroCustomMetricsNames(CustomMetrics metrics, GmicroProperties properties,
			BeanFactory beanFactory) {
		return new DistinctNames(metrics, properties, beanFactory);
	}

	private static MeterRegistry registry(ObjectProvider<MeterRegistry> registries, GmicroProperties.Metrics metrics) {
		@Nullable MeterRegistry registry = metrics.enabled() ? registries.getIfAvailable() : null;
		if (registry != null) {
			return registry;
		}
		if (metrics.enabled() && !metrics.custom().isEmpty()) {
			logger.warn(PROPERTY + " is declared, but nothing is recorded: the application has no " + "MeterRegistry");
		}
		return new CompositeMeterRegistry();
	}

	/**
	 * Rejects custom metrics that are published under the same name as another metric.
	 * Checked again once the context is refreshed, as meters and collectors may have been
	 * registered since.
	 */
	static final class DistinctNames implements ApplicationListener<ContextRefreshedEvent> {

		private static final boolean PROMETHEUS = ClassUtils
			.isPresent("io.prometheus.metrics.model.registry.PrometheusRegistry", DistinctNames.class.getClassLoader());

		private final CustomMetrics metrics;

		private final GmicroProperties properties;

		private final BeanFactory beanFactory;

		DistinctNames(CustomMetrics metrics, GmicroProperties properties, BeanFactory beanFactory) {
			this.metrics = metrics;
			this.properties = properties;
			this.beanFactory = beanFactory;
		}

		@Override
		public void onApplicationEvent(ContextRefreshedEvent event) {
			require(this.metrics, this.properties, this.beanFactory);
			this.metrics.initialize();
		}

		static void require(CustomMetrics metrics, GmicroProperties properties, BeanFactory beanFactory) {
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

		/** Loaded only if client_java is on the class path. */
		private static final class Collectors {

			static Collection<String> names(BeanFactory beanFactory) {
				InspectableRegistry registry = beanFactory.getBeanProvider(InspectableRegistry.class).getIfAvailable();
				return (registry != null) ? registry.names() : List.of();
			}

		}

	}

	/**
	 * Matches if metrics are enabled, or if custom metrics are declared while they are
	 * not.
	 */
	static final class OnCustomMetrics extends SpringBootCondition {

		@Override
		public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
			Environment environment = context.getEnvironment();
			boolean declared = Binder.get(environment)
				.bind(PROPERTY, Bindable.mapOf(String.class, Object.class))
				.isBound();
			boolean enabled = environment.getProperty("gmicro.metrics.enabled", Boolean.class, false);
			return new ConditionOutcome(declared || enabled,
					ConditionMessage.forCondition("gmicro's custom metrics").because("enabled or declared"));
		}

	}

}
