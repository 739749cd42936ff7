package io.gmicro.autoconfigure;

import java.util.Set;

import jakarta.servlet.Servlet;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;

/**
 * Registers a servlet with the container, and refuses a path that belongs to somebody
 * else: a servlet at an exact path would silently hide a controller there.
 */
final class ServletRoute {

	private static final boolean WEB_MVC = ClassUtils
		.isPresent("org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping", null);

	private final String path;

	private final String property;

	private final Object value;

	private final String remedy;

	private final ListableBeanFactory beanFactory;

	private final Environment environment;

	/**
	 * Create a route.
	 * @param path the exact path
	 * @param property the property to blame when the path is taken
	 * @param value the value of that property
	 * @param remedy what to do then
	 * @param beanFactory where handlers are looked for
	 * @param environment where the path of Spring MVC's servlet is looked up
	 */
	ServletRoute(String path, String property, Object value, String remedy, ListableBeanFactory beanFactory,
			Environment environment) {
		this.path = path;
		this.property = property;
		this.value = value;
		this.remedy = remedy;
		this.beanFactory = beanFactory;
		this.environment = environment;
	}

	void register(ServletContext servletContext, String name, Servlet servlet, String... morePatterns) {
		ServletRegistration.Dynamic registration = servletContext.addServlet(name, servlet);
		Set<String> taken = registration.addMapping(this.path);
		if (!taken.isEmpty() || (morePatterns.length > 0 && !registration.addMapping(morePatterns).isEmpty())) {
			throw pathTaken("another servlet");
		}
	}

	void refuseHandlers() {
		if (WEB_MVC && "/".equals(this.environment.getProperty("spring.mvc.servlet.path", "/"))) {
			Handlers.refuse(this);
		}
	}

	private InvalidConfigurationPropertyValueException pathTaken(String owner) {
		return new InvalidConfigurationPropertyValueException(this.property, this.value,
				"The path is already served by " + owner + ". " + this.remedy);
	}

	/** Loaded only where Spring MVC is there. */
	private static final class Handlers {

		static void refuse(ServletRoute route) {
			route.beanFactory.getBeansOfType(RequestMappingInfoHandlerMapping.class)
				.values()
				.stream()
				.flatMap((mapping) -> mapping.getHandlerMethods().entrySet().stream())
				.filter((entry) -> entry.getKey().getDirectPaths().contains(route.path))
				.findFirst()
				.ifPresent((entry) -> {
					throw route.pathTaken(entry.getValue().toString());
				});
		}

	}

}
