package io.gmicro.autoconfigure;

import java.util.List;
import java.util.function.Function;

import io.gmicro.gin.GinFamilies;
import io.gmicro.http.ActiveRequests;
import io.gmicro.http.BodySizes;
import io.gmicro.http.ExchangeFilter;
import io.gmicro.http.ExchangeObserver;
import io.gmicro.http.ExchangeRules;
import io.gmicro.http.LabelRules;
import io.gmicro.http.RequestDuration;
import io.gmicro.http.StatusCodes;
import io.gmicro.http.UniqueClients;
import io.gmicro.route.KnownRoutes;
import io.gmicro.slo.ServiceLevelObjective;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.filter.ServerHttpObservationFilter;
import org.springframework.web.servlet.HandlerMapping;

/**
 * {@link AutoConfiguration Auto-configuration} for HTTP request metrics: one observer per
 * measurement, and the filter if there is any observer. Add the observer of a new
 * measurement here.
 */
@AutoConfiguration(after = GmicroAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass({ Filter.class, MeterRegistry.class })
@ConditionalOnBooleanProperty("gmicro.metrics.enabled")
@ConditionalOnBean(MeterRegistry.class)
public final class HttpMetricsAutoConfiguration {

	private static final Log logger = LogFactory.getLog(HttpMetricsAutoConfiguration.class);

	private static final boolean WEB_MVC = ClassUtils.isPresent("org.springframework.web.servlet.HandlerMapping",
			HttpMetricsAutoConfiguration.class.getClassLoader());

	private static final String FILTER = "gmicroExchangeFilter";

	/** The name that OpenTelemetry's conventions demand. */
	private static final String KNOWN_METHODS = "OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS";

	@Bean
	@Order(Ordered.HIGHEST_PRECEDENCE)
	static MeterFilter gmicroRequestNames(GmicroProperties properties) {
		return OwnNames.ofRequests(properties);
	}

	@Bean
	@ConditionalOnMissingBean
	LabelRules gmicroLabelRules(GmicroProperties properties, Environment environment, WebApplicationContext context) {
		GmicroProperties.Http http = properties.http();
		return new LabelRules(http.maxRoutes(), GmicroAutoConfiguration.contextPath(properties, context),
				knownMethods(properties, environment), http.errorType(), http.includeProtocolVersion());
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBooleanProperty(name = "gmicro.http.request-duration.enabled", matchIfMissing = true)
	@Conditional(GmicroAutoConfiguration.OnStandardNames.class)
	RequestDuration gmicroRequestDuration(MeterRegistry registry, GmicroProperties properties) {
		return new RequestDuration(registry, properties.durationBounds(),
				properties.slo().values().stream().map(ServiceLevelObjective::route).toList());
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBooleanProperty(name = "gmicro.http.status-code.enabled", matchIfMissing = true)
	@Conditional(GmicroAutoConfiguration.OnStandardNames.class)
	StatusCodes gmicroStatusCodes(MeterRegistry registry) {
		return new StatusCodes(registry);
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBooleanProperty(name = "gmicro.http.active-requests.enabled", matchIfMissing = true)
	@Conditional(GmicroAutoConfiguration.OnStandardNames.class)
	ActiveRequests gmicroActiveRequests(MeterRegistry registry, LabelRules labels, Environment environment) {
		return new ActiveRequests(registry, labels.knownMethods(), ExpectedResponses.schemes(environment));
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBooleanProperty(name = "gmicro.http.body-size.enabled", matchIfMissing = true)
	@Conditional(GmicroAutoConfiguration.OnStandardNames.class)
	BodySizes gmicroBodySizes(MeterRegistry registry) {
		return new BodySizes(registry);
	}

	@Bean
	@ConditionalOnBean(ExchangeObserver.class)
	@ConditionalOnMissingBean(name = FILTER)
	FilterRegistrationBean<ExchangeFilter> gmicroExchangeFilter(ObjectProvider<ExchangeObserver> observers,
			GmicroProperties properties, LabelRules labels, MeterRegistry registry, Environment environment,
			ListableBeanFactory beanFactory) {
		ExchangeFilter filter = new ExchangeFilter(observers.orderedStream().toList(),
				new ExchangeRules(() -> PathExclusions.of(properties, environment, beanFactory), labels,
						properties.http().longLived().contentTypes(), knownRoutes(beanFactory)),
				registry);
		FilterRegistrationBean<ExchangeFilter> registration = new FilterAndListenerRegistrationBean(filter);
		registration.setOrder(ExchangeFilter.DEFAULT_ORDER);
		registration.setDispatcherTypes(DispatcherType.REQUEST, DispatcherType.ASYNC, DispatcherType.ERROR,
				DispatcherType.INCLUDE);
		return registration;
	}

	private static List<String> knownMethods(GmicroProperties properties, Environment environment) {
		String variable = environment.getProperty(KNOWN_METHODS);
		if (!StringUtils.hasText(variable) || RawProperties.isSet(environment, "gmicro.http.known-methods")) {
			return properties.http().knownMethods();
		}
		List<String> methods = List.of(StringUtils.tokenizeToStringArray(variable, ","));
		try {
			GmicroProperties.Http.requireMethods(KNOWN_METHODS, methods);
			return methods;
		}
		catch (IllegalArgumentException ex) {
			// It may be meant for others
			logger.warn("Ignoring " + ex.getMessage());
			return properties.http().knownMethods();
		}
	}

	private static Function<HttpServletRequest, @Nullable String> knownRoutes(ListableBeanFactory beanFactory) {
		return WEB_MVC ? WebMvc.knownRoutes(beanFactory) : (request) -> null;
	}

	@Bean
	@ConditionalOnBean(name = FILTER)
	@ConditionalOnBooleanProperty(name = "gmicro.http.initialize-metrics", matchIfMissing = true)
	SmartInitializingSingleton gmicroExpectedResponses(GmicroProperties properties, Environment environment,
			ListableBeanFactory beanFactory) {
		// An application may replace the bean with anything
		return () -> {
			if (beanFactory.getBean(FILTER) instanceof FilterRegistrationBean<?> registration
					&& registration.getFilter() instanceof ExchangeFilter filter) {
				new ExpectedResponses(filter, properties, environment, beanFactory).register();
			}
		};
	}

	/** Registers the filter as a listener, too. */
	private static final class FilterAndListenerRegistrationBean extends FilterRegistrationBean<ExchangeFilter> {

		FilterAndListenerRegistrationBean(ExchangeFilter filter) {
			super(filter);
		}

		@Override
		protected FilterRegistration.Dynamic addRegistration(String description, ServletContext servletContext) {
			servletContext.addListener(getFilter());
			return super.addRegistration(description, servletContext);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBooleanProperty("gmicro.http.unique-clients.enabled")
	static final class UniqueClientsConfiguration {

		private static final String LIBRARY = "com.dynatrace.hash4j.distinctcount.HyperLogLog";

		@Bean
		@ConditionalOnClass(name = LIBRARY)
		@ConditionalOnMissingBean
		UniqueClients gmicroUniqueClients(MeterRegistry registry, GmicroProperties properties,
				ObjectProvider<GinFamilies> gin) {
			UniqueClients clients = new UniqueClients();
			if (properties.metrics().naming().isStandard()) {
				clients.publish(registry);
			}
			gin.ifAvailable((families) -> families.uniqueClients(clients::count));
			return clients;
		}

		@Configuration(proxyBeanMethods = false)
		@ConditionalOnMissingClass(LIBRARY)
		static final class WithoutLibraryConfiguration {

			WithoutLibraryConfiguration() {
				throw new InvalidConfigurationPropertyValueException("gmicro.http.unique-clients.enabled", true,
						"It requires com.dynatrace.hash4j:hash4j, which is not on the class path.");
			}

		}

	}

	/** Loaded only if Spring MVC is on the class path. */
	private static final class WebMvc {

		private static final String SERVLET = "dispatcherServlet";

		static KnownRoutes knownRoutes(ListableBeanFactory beanFactory) {
			return new KnownRoutes(
					() -> BeanFactoryUtils.beansOfTypeIncludingAncestors(beanFactory, HandlerMapping.class).values(),
					SERVLET);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ServerHttpObservationFilter.class)
	@ConditionalOnBooleanProperty(name = "gmicro.http.spring-observation.enabled", havingValue = false)
	static final class WithoutSpringObservationConfiguration {

		@Bean
		static BeanPostProcessor gmicroSpringObservationFilterDisabler() {
			return new FilterDisabler();
		}

		/**
		 * Disables the registration of Spring's observation filter, which is recognized
		 * by its filter, as the auto-configuration that declares it differs between
		 * Spring Boot lines.
		 */
		private static final class FilterDisabler implements BeanPostProcessor {

			@Override
			public Object postProcessAfterInitialization(Object bean, String beanName) {
				if (bean instanceof FilterRegistrationBean<?> registration
						&& registration.getFilter() instanceof ServerHttpObservationFilter) {
					registration.setEnabled(false);
				}
				return bean;
			}

		}

	}

}
