package io.gmicro.autoconfigure;

import java.time.Duration;

import io.gmicro.activity.Activities;
import io.gmicro.http.ActiveExchanges;
import io.gmicro.http.LabelRules;
import io.gmicro.sampling.DurationTotals;
import io.gmicro.sampling.Sampler;
import io.gmicro.sampling.TimePerRoute;
import io.gmicro.slow.SlowRequests;
import io.gmicro.slow.Thresholds;
import io.gmicro.wall.WallProfiles;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import jakarta.servlet.Filter;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.web.servlet.handler.MappedInterceptor;

/**
 * {@link AutoConfiguration Auto-configuration} for the sampler of requests and calls in
 * flight, and for the time per route.
 */
@AutoConfiguration(after = GmicroAutoConfiguration.class, before = HttpMetricsAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass({ Filter.class, MeterRegistry.class })
@ConditionalOnBooleanProperty("gmicro.metrics.enabled")
@Conditional(SamplingAutoConfiguration.OnAnySampling.class)
@ConditionalOnBean(MeterRegistry.class)
public final class SamplingAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	ActiveExchanges gmicroActiveExchanges(MeterRegistry registry) {
		return new ActiveExchanges(registry);
	}

	/** No other bean may need it. */
	@Bean(initMethod = "start")
	@ConditionalOnMissingBean
	@Lazy(false)
	Sampler gmicroSampler(MeterRegistry registry, ActiveExchanges active, GmicroProperties properties,
			ObjectProvider<TimePerRoute> time) {
		GmicroProperties.Sampling sampling = properties.sampling();
		return new Sampler(active, new Sampler.Settings(interval(properties), sampling.maxCpu()),
				new Activities(sampling.activities()), time.getIfAvailable(), registry);
	}

	private static Duration interval(GmicroProperties properties) {
		Duration interval = SlowRequests.interval(thresholds(properties));
		Duration configured = properties.sampling().interval();
		if (!properties.http().slowRequests().enabled()) {
			return configured;
		}
		boolean configuredIsShorter = properties.sampling().enabled() && configured.compareTo(interval) < 0;
		return configuredIsShorter ? configured : interval;
	}

	static Thresholds thresholds(GmicroProperties properties) {
		GmicroProperties.SlowRequests slow = properties.http().slowRequests();
		return new Thresholds(slow.threshold(), slow.routes());
	}

	/**
	 * Time per route and activity.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBooleanProperty(name = "gmicro.sampling.enabled", matchIfMissing = true)
	static final class TimePerRouteConfiguration {

		@Bean
		@ConditionalOnMissingBean
		WallProfiles gmicroWallProfiles() {
			return new WallProfiles();
		}

		@Bean
		@ConditionalOnMissingBean
		TimePerRoute gmicroTimePerRoute(MeterRegistry registry, ActiveExchanges active, GmicroProperties properties,
				ObjectProvider<LabelRules> rules, WallProfiles profiles, ObjectProvider<DurationTotals> totals) {
			LabelRules labels = rules.getIfAvailable(() -> new LabelRules(properties.http().maxRoutes()));
			return new TimePerRoute(active, registry, labels.maxRoutes(), labels.contextPath(), profiles,
					totals.getIfAvailable());
		}

	}

	/**
	 * The exact durations, with which the time by activity is compared.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(PrometheusMeterRegistry.class)
	@ConditionalOnBooleanProperty(name = "gmicro.sampling.enabled", matchIfMissing = true)
	static final class DurationTotalsConfiguration {

		/** Totals of other registries may decrease. */
		@Bean
		@ConditionalOnMissingBean
		@ConditionalOnBean(PrometheusMeterRegistry.class)
		DurationTotals gmicroDurationTotals(PrometheusMeterRegistry registry) {
			return new DurationTotals(registry);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(MappedInterceptor.class)
	static final class WebMvcConfiguration {

		/** Every handler mapping uses it, including that of Spring Data REST. */
		@Bean
		MappedInterceptor gmicroMatchedRoutes(ActiveExchanges active) {
			return new MappedInterceptor(null, new ActiveExchanges.RouteInterceptor(active));
		}

	}

	/**
	 * Matches if anything looks at the requests in flight.
	 */
	static final class OnAnySampling extends AnyNestedCondition {

		OnAnySampling() {
			super(ConfigurationPhase.PARSE_CONFIGURATION);
		}

		@ConditionalOnBooleanProperty(name = "gmicro.sampling.enabled", matchIfMissing = true)
		static final class TimePerRouteEnabled {

		}

		@ConditionalOnBooleanProperty(name = "gmicro.http.slow-requests.enabled", matchIfMissing = true)
		static final class SlowRequestsEnabled {

		}

	}

}
