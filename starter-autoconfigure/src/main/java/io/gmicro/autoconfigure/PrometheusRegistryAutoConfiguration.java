package io.gmicro.autoconfigure;

import io.gmicro.scrape.InspectableRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;

/**
 * {@link AutoConfiguration Auto-configuration} for the {@link InspectableRegistry
 * registry of collectors}, before Spring Boot makes one that does not tell what it
 * collects from.
 */
@AutoConfiguration(beforeName = { MetricsAutoConfigurations.PROMETHEUS_3, MetricsAutoConfigurations.PROMETHEUS_4 })
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass({ PrometheusMeterRegistry.class, PrometheusRegistry.class })
@ConditionalOnBooleanProperty("gmicro.metrics.enabled")
public final class PrometheusRegistryAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(PrometheusRegistry.class)
	InspectableRegistry gmicroScrapeRegistry() {
		return new InspectableRegistry();
	}

}
