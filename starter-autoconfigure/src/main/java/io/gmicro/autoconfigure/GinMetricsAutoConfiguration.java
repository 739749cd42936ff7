package io.gmicro.autoconfigure;

import io.gmicro.gin.GinBodySizes;
import io.gmicro.gin.GinFamilies;
import io.gmicro.gin.GinRequestDuration;
import io.gmicro.gin.GinSlowRequests;
import io.gmicro.gin.GinStatusCodes;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import jakarta.servlet.Filter;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.env.Environment;

/**
 * {@link AutoConfiguration Auto-configuration} for HTTP request metrics in gin-metrics'
 * naming: one observer per measurement, like those of the standard naming.
 */
@AutoConfiguration(after = GmicroAutoConfiguration.class,
		before = { SlowRequestsAutoConfiguration.class, HttpMetricsAutoConfiguration.class })
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass({ Filter.class, PrometheusMeterRegistry.class })
@ConditionalOnBooleanProperty("gmicro.metrics.enabled")
@Conditional(GmicroAutoConfiguration.OnGmicroNames.class)
@ConditionalOnBean(PrometheusMeterRegistry.class)
public final class GinMetricsAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	GinFamilies gmicroGinFamilies(PrometheusMeterRegistry registry, GmicroProperties properties) {
		GmicroProperties.Metrics metrics = properties.metrics();
		return new GinFamilies(registry.getPrometheusRegistry(), metrics.prefix(), metrics.suffix(), metrics.labels());
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBooleanProperty(name = "gmicro.http.request-duration.enabled", matchIfMissing = true)
	GinRequestDuration gmicroGinRequestDuration(GinFamilies families, GmicroProperties properties,
			Environment environment) {
		return new GinRequestDuration(families, RawProperties.isSet(environment, "gmicro.http.request-duration.buckets")
				? properties.http().requestDuration().buckets() : GinRequestDuration.BOUNDS);
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBooleanProperty(name = "gmicro.http.status-code.enabled", matchIfMissing = true)
	GinStatusCodes gmicroGinStatusCodes(GinFamilies families) {
		return new GinStatusCodes(families);
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBooleanProperty(name = "gmicro.http.body-size.enabled", matchIfMissing = true)
	GinBodySizes gmicroGinBodySizes(GinFamilies families) {
		return new GinBodySizes(families);
	}

	/** Called by the tracking of slow requests. */
	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBooleanProperty(name = "gmicro.http.slow-requests.enabled", matchIfMissing = true)
	GinSlowRequests gmicroGinSlowRequests(GinFamilies families, GmicroProperties properties) {
		return new GinSlowRequests(families, properties.http().slowRequests().threshold());
	}

}
