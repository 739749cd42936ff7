package io.gmicro.autoconfigure;

import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

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

	static String describe(Environment environment, String path) {
		String managementPort = environment.getProperty("local.management.port");
		boolean separate = managementPort != null
				&& !managementPort.equals(environment.getProperty("local.server.port"));
		String prefix = environment
			.getProperty(separate ? "management.server.base-path" : "server.servlet.context-path", "");
		return "port " + (separate ? managementPort : environment.getProperty("local.server.port")) + ", path " + prefix
				+ path;
	}

}
