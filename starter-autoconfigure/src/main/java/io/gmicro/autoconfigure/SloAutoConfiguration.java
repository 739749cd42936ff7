package io.gmicro.autoconfigure;

import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.Filter;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * {@link AutoConfiguration Auto-configuration} for service level objectives, whose routes
 * have to be those of the application. Their latencies are bounds of the histogram that
 * {@link HttpMetricsAutoConfiguration} makes.
 */
@AutoConfiguration(after = GmicroAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass({ Filter.class, MeterRegistry.class })
@ConditionalOnBooleanProperty("gmicro.metrics.enabled")
public final class SloAutoConfiguration {

	@Bean
	SloRoutes gmicroSloRoutes(GmicroProperties properties, ConfigurableEnvironment environment,
			ListableBeanFactory beanFactory) {
		return new SloRoutes(properties, environment, beanFactory);
	}

}
