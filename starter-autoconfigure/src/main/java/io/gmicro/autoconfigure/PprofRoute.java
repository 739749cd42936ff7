package io.gmicro.autoconfigure;

import java.util.List;

import io.gmicro.diagnostics.AccessRule;
import io.gmicro.http.RequestEvents;
import io.gmicro.pprof.PprofServlet;
import io.gmicro.pprof.PprofSettings;
import io.gmicro.recorder.Profiler;
import jakarta.servlet.ServletContext;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.web.servlet.ServletContextInitializer;
import org.springframework.core.env.Environment;

/**
 * Registers the profiles with the container.
 */
final class PprofRoute implements ServletContextInitializer, SmartInitializingSingleton {

	private final ListableBeanFactory beanFactory;

	private final GmicroProperties properties;

	private final AccessRule access;

	private final ServletRoute route;

	PprofRoute(GmicroProperties properties, AccessRule access, ListableBeanFactory beanFactory,
			Environment environment) {
		this.beanFactory = beanFactory;
		this.properties = properties;
		this.access = access;
		String path = properties.pprof().path();
		this.route = new ServletRoute(path, "gmicro.pprof.path", path, "Choose another path", beanFactory, environment);
	}

	@Override
	public void onStartup(ServletContext servletContext) {
		GmicroProperties.Pprof pprof = this.properties.pprof();
		ApplicationArguments arguments = this.beanFactory.getBeanProvider(ApplicationArguments.class).getIfAvailable();
		PprofSettings settings = new PprofSettings(pprof.maxSeconds(), pprof.heap().enabled(), pprof.trace().enabled(),
				hasRequestLabels(), (arguments != null) ? List.of(arguments.getSourceArgs()) : List.of());
		this.route.register(servletContext, "gmicroPprof",
				new PprofServlet(this.beanFactory.getBean(Profiler.class), settings, this.access), pprof.path() + "/*");
	}

	private boolean hasRequestLabels() {
		return this.beanFactory.getBeanProvider(RequestEvents.class).getIfAvailable() != null;
	}

	@Override
	public void afterSingletonsInstantiated() {
		this.route.refuseHandlers();
	}

}
