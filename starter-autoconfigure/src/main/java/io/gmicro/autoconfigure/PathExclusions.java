package io.gmicro.autoconfigure;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import io.gmicro.route.MappedRoutes;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;
import org.springframework.web.servlet.HandlerMapping;

/**
 * The paths below the context path whose requests are not recorded. If
 * {@code gmicro.http.exclude-paths} is not set, these are the default paths and the
 * configured paths of gmicro's and the actuator's endpoints on the application's port.
 */
final class PathExclusions {

	static final String PROPERTY = "gmicro.http.exclude-paths";

	private static final boolean WEB_MVC = isPresent("org.springframework.web.servlet.HandlerMapping");

	private static final boolean ACTUATOR = isPresent(
			"org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType");

	private PathExclusions() {
	}

	private static boolean isPresent(String type) {
		return ClassUtils.isPresent(type, PathExclusions.class.getClassLoader());
	}

	/**
	 * Determine the paths from the current handler mappings.
	 * @param properties the properties
	 * @param environment the environment that they are bound from
	 * @param beanFactory the bean factory with the handler mappings
	 * @return exact paths, subtrees that end in {@code /**}, and templates
	 */
	static List<String> of(GmicroProperties properties, Environment environment, ListableBeanFactory beanFactory) {
		Set<String> paths = new LinkedHashSet<>(properties.http().excludePaths());
		if (!RawProperties.isSet(environment, PROPERTY)) {
			paths.add(properties.metrics().endpoint().path());
			if (properties.pprof().enabled()) {
				paths.add(properties.pprof().path() + "/**");
			}
			addActuator(paths, environment, beanFactory);
		}
		return List.copyOf(paths);
	}

	/**
	 * Whether requests of a route are excluded. Excluded paths include the path of the
	 * servlet, routes do not.
	 */
	static boolean contain(List<String> excluded, String route, Environment environment) {
		String servlet = environment.getProperty("spring.mvc.servlet.path", "/");
		String path = (servlet.length() > 1) ? servlet + route : route;
		return excluded.stream()
			.anyMatch((pattern) -> pattern.endsWith("/**")
					? (path + "/").startsWith(pattern.substring(0, pattern.length() - 2)) : path.equals(pattern));
	}

	private static void addActuator(Collection<String> paths, Environment environment,
			ListableBeanFactory beanFactory) {
		String prefix = prefix(environment, "spring.mvc.servlet.path", "/");
		String base = prefix(environment, "management.endpoints.web.base-path", "/actuator");
		if (ACTUATOR && Actuator.isBesideTheApplication(environment) && !base.isEmpty()) {
			paths.add(prefix + base + "/**");
		}
		if (WEB_MVC) {
			WebMvc.endpoints(beanFactory).forEach((template) -> paths.add(prefix + template));
		}
	}

	private static String prefix(Environment environment, String property, String byDefault) {
		String path = environment.getProperty(property, byDefault);
		return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
	}

	/** Loaded only if the actuator is on the class path. */
	private static final class Actuator {

		static boolean isBesideTheApplication(Environment environment) {
			return ManagementPortType.get(environment) == ManagementPortType.SAME;
		}

	}

	/** Loaded only if Spring MVC is on the class path. */
	private static final class WebMvc {

		/**
		 * Templates of the actuator's endpoints, except a links page at the root of the
		 * application.
		 */
		static List<String> endpoints(ListableBeanFactory beanFactory) {
			List<HandlerMapping> mappings = new ArrayList<>();
			BeanFactoryUtils.beansOfTypeIncludingAncestors(beanFactory, HandlerMapping.class, true, false)
				.values()
				.stream()
				.filter(WebMvc::isActuators)
				.forEach(mappings::add);
			return MappedRoutes.of(mappings).templates().stream().filter((template) -> template.length() > 1).toList();
		}

		/** By name, as the types moved between Spring Boot 3 and 4. */
		private static boolean isActuators(HandlerMapping mapping) {
			for (Class<?> type = mapping.getClass(); type != null; type = type.getSuperclass()) {
				if (type.getName().matches("org\\.springframework\\.boot\\.(.+\\.)?actuate\\..+")) {
					return true;
				}
			}
			return false;
		}

	}

}
