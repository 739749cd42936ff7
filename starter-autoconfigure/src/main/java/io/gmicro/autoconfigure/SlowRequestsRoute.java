package io.gmicro.autoconfigure;

import io.gmicro.console.SlowRequestsServlet;
import io.gmicro.diagnostics.AccessRule;
import io.gmicro.sampling.SlowRequests;
import jakarta.servlet.ServletContext;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.web.servlet.ServletContextInitializer;
import org.springframework.core.env.Environment;

/**
 * Registers the page of slow requests with the container if they are tracked.
 */
final class SlowRequestsRoute implements ServletContextInitializer, SmartInitializingSingleton {

	static final String PATH = "/debug/requests";

	private final ObjectProvider<SlowRequests> requests;

	private final AccessRule access;

	private final ServletRoute route;

	SlowRequestsRoute(ObjectProvider<SlowRequests> requests, AccessRule access, ListableBeanFactory beanFactory,
			Environment environment) {
		this.requests = requests;
		this.access = access;
		this.route = new ServletRoute(PATH, "gmicro.http.slow-requests.endpoint.enabled", true,
				"Turn the page off or serve the other one elsewhere than at " + PATH, beanFactory, environment);
	}

	@Override
	public void onStartup(ServletContext servletContext) {
		SlowRequests tracked = this.requests.getIfAvailable();
		if (tracked != null) {
			this.route.register(servletContext, "gmicroSlowRequests", new SlowRequestsServlet(tracked, this.access),
					PATH + "/*");
		}
	}

	@Override
	public void afterSingletonsInstantiated() {
		this.route.refuseHandlers();
	}

}
