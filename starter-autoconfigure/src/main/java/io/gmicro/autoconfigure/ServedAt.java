package io.gmicro.autoconfigure;

import jakarta.servlet.ServletContext;

import org.springframework.context.ApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;
import org.springframework.web.context.WebApplicationContext;

/**
 * Where a route is served once the application is ready: on the management port when
 * there is one.
 */
final class ServedAt {

	private static final boolean ACTUATOR = ClassUtils.isPresent(
			"org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration",
			ServedAt.class.getClassLoader());

	private ServedAt() {
	}

	/** Whether the management port is switched off, and with it every route. */
	static boolean nowhere(Environment environment) {
		return environment.getProperty("management.server.port", Integer.class, 0) < 0 && ACTUATOR;
	}

	/**
	 * Describes where a path is.
	 * @param context of the application
	 * @param path as it is below the context path
	 * @return port and path, or the path alone where a container of somebody else listens
	 */
	static String describe(ApplicationContext context, String path) {
		Environment environment = context.getEnvironment();
		String port = environment.getProperty("local.server.port");
		String managementPort = environment.getProperty("local.management.port");
		if (managementPort != null && !managementPort.equals(port)) {
			return "port " + managementPort + ", path "
					+ clean(environment.getProperty("management.server.base-path", "")) + path;
		}
		return ((port != null) ? "port " + port + ", " : "") + "path " + contextPath(context) + path;
	}

	private static String contextPath(ApplicationContext context) {
		ServletContext servletContext = (context instanceof WebApplicationContext web) ? web.getServletContext() : null;
		return (servletContext != null) ? servletContext.getContextPath() : "";
	}

	/** As Spring Boot does. */
	private static String clean(String basePath) {
		String trimmed = basePath.strip();
		if (!trimmed.isEmpty() && !trimmed.startsWith("/")) {
			trimmed = "/" + trimmed;
		}
		return trimmed.endsWith("/") ? trimmed.substring(0, trimmed.length() - 1) : trimmed;
	}

}
