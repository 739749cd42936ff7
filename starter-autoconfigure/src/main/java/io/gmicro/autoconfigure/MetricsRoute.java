package io.gmicro.autoconfigure;

import io.gmicro.scrape.MetricsServlet;
import io.gmicro.scrape.ScrapeLimits;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import jakarta.servlet.ServletContext;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.web.servlet.ServletContextInitializer;
import org.springframework.core.env.Environment;

/**
 * Registers the metrics servlet with the container if there is a Prometheus registry.
 */
final class MetricsRoute implements ServletContextInitializer, SmartInitializingSingleton {

	private final ObjectProvider<PrometheusMeterRegistry> registries;

	private final GmicroProperties.Endpoint endpoint;

	private final ServletRoute route;

	MetricsRoute(ObjectProvider<PrometheusMeterRegistry> registries, GmicroProperties properties,
			ListableBeanFactory beanFactory, Environment environment) {
		this.registries = registries;
		this.endpoint = properties.metrics().endpoint();
		this.route = new ServletRoute(this.endpoint.path(), "gmicro.metrics.endpoint.path", this.endpoint.path(),
				"Choose another path for one of the two", beanFactory, environment);
	}

	@Override
	public void onStartup(ServletContext servletContext) {
		PrometheusMeterRegistry registry = this.registries.getIfAvailable();
		if (registry != null) {
			this.route.register(servletContext, "gmicroMetrics",
					new MetricsServlet(registry.getPrometheusRegistry(), limits(), registry));
		}
	}

	private ScrapeLimits limits() {
		return new ScrapeLimits(this.endpoint.maxConcurrent(), this.endpoint.collectTimeout(),
				this.endpoint.writeTimeout());
	}

	@Override
	public void afterSingletonsInstantiated() {
		this.route.refuseHandlers();
	}

}
