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
import org.springframework.web.context.WebApplicationContext;

/**
 * The URL of the diagnostics' server for clients of its host, once the application is
 * ready. It is that of the management server when there is one.
 */
final class ServerUrl {

	private final Environment environment;

	private final @Nullable String port;

	private final String prefix;

	private final String contextPath;

	ServerUrl(ApplicationContext context) {
		this.environment = context.getEnvironment();
		String server = this.environment.getProperty("local.server.port");
		String management = this.environment.getProperty("local.management.port");
		boolean separate = management != null && !management.equals(server);
		this.port = separate ? management : server;
		this.prefix = separate ? "management.server." : "server.";
		this.contextPath = separate ? managementPath(this.environment) : contextPath(context);
	}

	private static String managementPath(Environment environment) {
		String path = environment.getProperty("management.server.base-path", "");
		return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
	}

	private static String contextPath(ApplicationContext context) {
		ServletContext servletContext = (context instanceof WebApplicationContext web) ? web.getServletContext() : null;
		return (servletContext != null) ? servletContext.getContextPath() : "";
	}

	/**
	 * Return the URL of a path, or the path alone where the container is not ours and its
	 * port is not known.
	 */
	String of(String path) {
		String relative = this.contextPath + path;
		return (this.port != null) ? (isSecure() ? "https://" : "http://") + host() + ":" + this.port + relative
				: relative;
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

	/** Whether clients of this host reach the server at a loopback address. */
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
