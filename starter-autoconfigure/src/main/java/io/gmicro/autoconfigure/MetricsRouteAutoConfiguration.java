package io.gmicro.autoconfigure;

import io.gmicro.scrape.MetricsServlet;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.expositionformats.ExpositionFormats;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * {@link AutoConfiguration Auto-configuration} for the {@link MetricsServlet metrics
 * route} in an application without actuator, and so without a management context.
 */
@AutoConfiguration(after = GmicroAutoConfiguration.class)
@ConditionalOnMissingClass("org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration")
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass({ PrometheusMeterRegistry.class, ExpositionFormats.class })
@ConditionalOnBooleanProperty("gmicro.metrics.enabled")
@ConditionalOnBooleanProperty(name = "gmicro.metrics.endpoint.enabled", matchIfMissing = true)
public final class MetricsRouteAutoConfiguration {

	@Bean
	MetricsRoute gmicroMetricsRoute(ObjectProvider<PrometheusMeterRegistry> registries, GmicroProperties properties,
			ListableBeanFactory beanFactory, Environment environment) {
		return new MetricsRoute(registries, properties, beanFactory, environment);
	}

}
