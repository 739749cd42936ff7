package io.gmicro.autoconfigure;

import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

import jakarta.servlet.Servlet;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.web.servlet.ServletContextInitializer;
import org.springframework.context.ApplicationContext;
import org.springframework.util.ClassUtils;
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;

/**
 * Registers a servlet with the container and rejects a path that is already taken: a
 * servlet at an exact path would silently hide a controller there.
 */
final class ServletRoute implements ServletContextInitializer, SmartInitializingSingleton {

	private static final boolean WEB_MVC = ClassUtils
		.isPresent("org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping", null);

	private final ApplicationContext context;

	private final String name;

	private final List<String> patterns;

	private final Supplier<? extends @Nullable Servlet> servlet;

	private final String property;

	private final String remedy;

	/**
	 * Create a route.
	 * @param context the context with the handlers of the application
	 * @param name the name of the servlet
	 * @param patterns the URL patterns, the exact path first
	 * @param servlet creates the servlet, or returns {@code null} if there is nothing to
	 * serve
	 * @param property the property to report if the path is taken
	 * @param remedy what to do then
	 */
	ServletRoute(ApplicationContext context, String name, List<String> patterns,
			Supplier<? extends @Nullable Servlet> servlet, String property, String remedy) {
		this.context = context;
		this.name = name;
		this.patterns = patterns;
		this.servlet = servlet;
		this.property = property;
		this.remedy = remedy;
	}

	@Override
	public void onStartup(ServletContext servletContext) {
		Servlet created = this.servlet.get();
		if (created != null) {
			ServletRegistration.Dynamic registration = servletContext.addServlet(this.name, created);
			if (registration == null) {
				throw pathTaken("a servlet of the same name");
			}
			Set<String> taken = registration.addMapping(this.patterns.toArray(String[]::new));
			if (!taken.isEmpty()) {
				throw pathTaken("another servlet");
			}
		}
	}

	@Override
	public void afterSingletonsInstantiated() {
		if (WEB_MVC && "/".equals(this.context.getEnvironment().getProperty("spring.mvc.servlet.path", "/"))) {
			Handlers.refuse(this);
		}
	}

	private String path() {
		return this.patterns.get(0);
	}

	private InvalidConfigurationPropertyValueException pathTaken(String owner) {
		String value = this.context.getEnvironment().getProperty(this.property, path());
		return new InvalidConfigurationPropertyValueException(this.property, value,
				"The path is already served by " + owner + ". " + this.remedy);
	}

	/** Loaded only if Spring MVC is on the class path. */
	private static final class Handlers {

		static void refuse(ServletRoute route) {
			route.context.getBeansOfType(RequestMappingInfoHandlerMapping.class)
				.values()
				.stream()
				.flatMap((mapping) -> mapping.getHandlerMethods().entrySet().stream())
				.filter((entry) -> entry.getKey().getDirectPaths().contains(route.path()))
				.findFirst()
				.ifPresent((entry) -> {
					throw route.pathTaken(entry.getValue().toString());
				});
		}

	}

}
