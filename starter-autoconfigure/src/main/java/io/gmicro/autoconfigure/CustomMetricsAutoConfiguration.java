package io.gmicro.autoconfigure;

import io.gmicro.custom.CustomMetrics;
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
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * {@link AutoConfiguration Auto-configuration} for the metrics that the configuration
 * declares. It needs no web application. While gmicro is off they record nothing, so that
 * a class that has them injected works all the same.
 */
@AutoConfiguration(after = GmicroAutoConfiguration.class)
@ConditionalOnClass(MeterRegistry.class)
@Conditional(OnCustomMetrics.class)
@EnableConfigurationProperties(GmicroProperties.class)
public final class CustomMetricsAutoConfiguration {

	private static final Log logger = LogFactory.getLog(CustomMetricsAutoConfiguration.class);

	@Bean
	@ConditionalOnMissingBean
	CustomMetrics gmicroCustomMetrics(ObjectProvider<MeterRegistry> registries, GmicroProperties properties,
			BeanFactory beanFactory, ConfigurableEnvironment environment) {
		CustomMetricsNames.requireAsWritten(environment);
		CustomMetrics metrics = new CustomMetrics(registry(registries, properties.metrics()),
				properties.metrics().custom());
		CustomMetricsNames.requireDistinct(metrics, properties, beanFactory);
		return metrics;
	}

	@Bean
	CustomMetricsNames gmicroCustomMetricsNames(CustomMetrics metrics, GmicroProperties properties,
			BeanFactory beanFactory) {
		return new CustomMetricsNames(metrics, properties, beanFactory);
	}

	private static MeterRegistry registry(ObjectProvider<MeterRegistry> registries, GmicroProperties.Metrics metrics) {
		@Nullable MeterRegistry registry = metrics.enabled() ? registries.getIfAvailable() : null;
		if (registry != null) {
			return registry;
		}
		if (metrics.enabled() && !metrics.custom().isEmpty()) {
			logger.warn("gmicro.metrics.custom is declared, but nothing is recorded: the application has no "
					+ "MeterRegistry");
		}
		return new CompositeMeterRegistry();
	}

}
