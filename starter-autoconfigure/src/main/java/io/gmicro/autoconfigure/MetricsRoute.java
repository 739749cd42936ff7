package io.gmicro.autoconfigure;

import java.util.Set;

import io.gmicro.scrape.MetricsServlet;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.web.servlet.ServletContextInitializer;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;

/**
 * Registers the metrics servlet with the container if there is a Prometheus registry, and
 * refuses a path that belongs to somebody else: a servlet at an exact path would silently
 * hide a controller there.
 */
final class MetricsRoute implements ServletContextInitializer, SmartInitializingSingleton {

	private static final boolean WEB_MVC = ClassUtils
		.isPresent("org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping", null);

	private final ObjectProvider<PrometheusMeterRegistry> registries;

	private final GmicroProperties.Endpoint endpoint;

	private final ListableBeanFactory beanFactory;

	private final Environment environment;

	MetricsRoute(ObjectProvider<PrometheusMeterRegistry> registries, GmicroProperties properties,
			ListableBeanFactory beanFactory, Environment environment) {
		this.registries = registries;
		this.endpoint = properties.metrics().endpoint();
		this.beanFactory = beanFactory;
		this.environment = environment;
	}

	@Override
	public void onStartup(ServletContext servletContext) {
		PrometheusMeterRegistry registry = this.registries.getIfAvailable();
		if (registry == null) {
			return;
		}
		MetricsServlet servlet = new MetricsServlet(registry.getPrometheusRegistry(), this.endpoint.maxConcurrent(),
				registry);
		ServletRegistration.Dynamic registration = servletContext.addServlet("gmicroMetrics", servlet);
		Set<String> taken = registration.addMapping(this.endpoint.path());
		if (!taken.isEmpty()) {
			throw pathTaken("another servlet");
		}
	}

	@Override
	public void afterSingletonsInstantiated() {
		if (WEB_MVC && "/".equals(this.environment.getProperty("spring.mvc.servlet.path", "/"))) {
			Handlers.refuse(this);
		}
	}

	private InvalidConfigurationPropertyValueException pathTaken(String owner) {
		return new InvalidConfigurationPropertyValueException("gmicro.metrics.endpoint.path", this.endpoint.path(),
				"The path is already served by " + owner + ". Choose another path for one of the two");
	}

	/** Loaded only where Spring MVC is there. */
	private static final class Handlers {

		static void refuse(MetricsRoute route) {
			route.beanFactory.getBeanProvider(RequestMappingInfoHandlerMapping.class)
				.stream()
				.flatMap((mapping) -> mapping.getHandlerMethods().entrySet().stream())
				.filter((entry) -> entry.getKey().getDirectPaths().contains(route.endpoint.path()))
				.findFirst()
				.ifPresent((entry) -> {
					throw route.pathTaken(entry.getValue().toString());
				});
		}

	}

}
