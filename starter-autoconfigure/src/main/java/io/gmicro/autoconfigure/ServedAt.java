package io.gmicro.autoconfigure;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

import jakarta.servlet.ServletContext;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;
import org.springframework.web.context.WebApplicationContext;

/**
 * Where servlets are served once the application is ready: by the management server if
 * there is one. The port of an external container is unknown.
 */
final class ServedAt {

	private static final boolean ACTUATOR = ClassUtils.isPresent(
			"org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration",
			ServedAt.class.getClassLoader());

	private final Environment environment;

	private final @Nullable String port;

	private final String prefix;

	private final String contextPath;

	ServedAt(ApplicationContext context) {
		this.environment = context.getEnvironment();
		String server = this.environment.getProperty("local.server.port");
		String management = this.environment.getProperty("local.management.port");
		boolean separate = management != null && !management.equals(server);
		this.port = separate ? management : server;
		this.prefix = separate ? "management.server." : "server.";
		this.contextPath = separate ? clean(this.environment.getProperty("management.server.base-path", ""))
				: contextPath(context);
	}

	/** Whether the management port is disabled, and every servlet with it. */
	static boolean nowhere(Environment environment) {
		return environment.getProperty("management.server.port", Integer.class, 0) < 0 && ACTUATOR;
	}

	/** As Spring Boot normalizes it. */
	private static String clean(String basePath) {
		String trimmed = basePath.strip();
		if (!trimmed.isEmpty() && !trimmed.startsWith("/")) {
			trimmed = "/" + trimmed;
		}
		return trimmed.endsWith("/") ? trimmed.substring(0, trimmed.length() - 1) : trimmed;
	}

	private static String contextPath(ApplicationContext context) {
		ServletContext servletContext = (context instanceof WebApplicationContext web) ? web.getServletContext() : null;
		return (servletContext != null) ? servletContext.getContextPath() : "";
	}

	/**
	 * Describe where a path is served.
	 * @param path the path below the context path
	 * @return port and path, or only the path if the port is unknown
	 */
	String describe(String path) {
		return ((this.port != null) ? "port " + this.port + ", " : "") + "path " + this.contextPath + path;
	}

	/**
	 * Return the URL of a path for clients on this host.
	 * @param path the path below the context path
	 * @return the URL, or only the path if the port is unknown
	 */
	String url(String path) {
		String served = this.contextPath + path;
		return (this.port != null) ? (isSecure() ? "https://" : "http://") + host() + ":" + this.port + served : served;
	}

	private boolean isSecure() {
		return Binder.get(this.environment)
			.bind(this.prefix + "ssl", Bindable.mapOf(String.class, String.class))
			.map((ssl) -> !"false".equals(ssl.get("enabled")))
			.orElse(false);
	}

	private String host() {
		InetAddress address = address();
		if (address == null || isLocal(address)) {
			return "localhost";
		}
		return (address instanceof Inet6Address) ? "[" + address.getHostAddress() + "]" : address.getHostAddress();
	}

	/** Whether clients on this host reach the server at a loopback address. */
	boolean isReachableLocally() {
		InetAddress address = address();
		return address == null || isLocal(address);
	}

	private static boolean isLocal(InetAddress address) {
		return address.isLoopbackAddress() || address.isAnyLocalAddress();
	}

	private @Nullable InetAddress address() {
		String address = this.environment.getProperty(this.prefix + "address", "");
		try {
			return address.isBlank() ? null : InetAddress.getByName(address);
		}
		catch (UnknownHostException ex) {
			return null;
		}
	}

}
