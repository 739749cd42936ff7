package io.gmicro.autoconfigure;

import java.util.ArrayList;
import java.util.List;

import io.gmicro.http.ActiveRequests;
import io.gmicro.http.BodySizes;
import io.gmicro.http.ExchangeFilter;
import io.gmicro.http.ExchangeObserver;
import io.gmicro.http.RequestDuration;
import io.gmicro.http.StatusCodes;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.web.filter.ServerHttpObservationFilter;

/**
 * {@link AutoConfiguration Auto-configuration} for the measurement of HTTP requests: an
 * observer a measurement, and one filter if there is any observer at all.
 */
@AutoConfiguration(after = GmicroAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass({ Filter.class, MeterRegistry.class })
@ConditionalOnBooleanProperty("gmicro.metrics.enabled")
@ConditionalOnBean(MeterRegistry.class)
public final class HttpMetricsAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBooleanProperty(name = "gmicro.http.request-duration.enabled", matchIfMissing = true)
	RequestDuration gmicroRequestDuration(MeterRegistry registry, GmicroProperties properties) {
		return new RequestDuration(registry, properties.http().requestDuration().buckets());
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBooleanProperty(name = "gmicro.http.status-code.enabled", matchIfMissing = true)
	StatusCodes gmicroStatusCodes(MeterRegistry registry) {
		return new StatusCodes(registry);
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBooleanProperty(name = "gmicro.http.active-requests.enabled", matchIfMissing = true)
	ActiveRequests gmicroActiveRequests(MeterRegistry registry) {
		return new ActiveRequests(registry);
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBooleanProperty(name = "gmicro.http.body-size.enabled", matchIfMissing = true)
	BodySizes gmicroBodySizes(MeterRegistry registry) {
		return new BodySizes(registry);
	}

	@Bean
	@ConditionalOnBean(ExchangeObserver.class)
	@ConditionalOnMissingBean(name = "gmicroExchangeFilter")
	FilterRegistrationBean<ExchangeFilter> gmicroExchangeFilter(ObjectProvider<ExchangeObserver> observers,
			GmicroProperties properties, MeterRegistry registry, Environment environment) {
		ExchangeFilter filter = new ExchangeFilter(observers.orderedStream().toList(),
				excludedPaths(properties, environment), properties.http().maxRoutes(), registry);
		FilterRegistrationBean<ExchangeFilter> registration = new FilterRegistrationBean<>(filter);
		registration.setOrder(ExchangeFilter.DEFAULT_ORDER);
		registration.setDispatcherTypes(DispatcherType.REQUEST, DispatcherType.ASYNC, DispatcherType.ERROR);
		return registration;
	}

	/**
	 * The defaults name the usual paths; where the metrics route or the actuator was
	 * moved, they move along.
	 */
	private static List<String> excludedPaths(GmicroProperties properties, Environment environment) {
		List<String> paths = new ArrayList<>(properties.http().excludePaths());
		if (paths.equals(GmicroProperties.DEFAULT_EXCLUDE_PATHS)) {
			paths.add(properties.metrics().endpoint().path());
			String servlet = environment.getProperty("spring.mvc.servlet.path", "/");
			String actuator = environment.getProperty("management.endpoints.web.base-path", "/actuator");
			if (actuator.length() > 1) {
				paths.add((servlet.length() > 1) ? servlet + actuator + "/**" : actuator + "/**");
			}
		}
		return paths;
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ServerHttpObservationFilter.class)
	@ConditionalOnBooleanProperty(name = "gmicro.http.spring-observation.enabled", havingValue = false)
	static final class WithoutSpringObservationConfiguration {

		@Bean
		static BeanPostProcessor gmicroSpringObservationFilterDisabler() {
			return new SpringObservationFilterDisabler();
		}

	}

}
