package io.gmicro.diagnostics;

import java.lang.reflect.Field;
import java.util.Objects;
import java.util.regex.Pattern;

import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * Recognizes requests from this host: over the loopback interface, to a loopback name,
 * and without signs of a proxy. A request is not local in case of doubt. As a proxy on
 * this host may leave no sign, this check alone must not grant access.
 */
final class LocalRequest {

	private static final String IPV4 = "127(\\.(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])){3}";

	private static final String IPV6 = "::1|0:0:0:0:0:0:0:1|(::|0:0:0:0:0:)ffff:" + IPV4;

	/** Only the notations that the JDK and the containers use. */
	private static final Pattern ADDRESS = Pattern.compile(IPV4 + "|" + IPV6 + "|\\[(" + IPV6 + ")]",
			Pattern.CASE_INSENSITIVE);

	/** Browsers resolve {@code localhost} and its subdomains to loopback only. */
	private static final String NAME = "([a-z0-9_-]{1,63}\\.){0,126}localhost";

	private static final Pattern HOST = Pattern
		.compile("((" + NAME + "|" + IPV4 + ")\\.?|\\[(" + IPV6 + ")])(:[0-9]{0,5})?", Pattern.CASE_INSENSITIVE);

	private static final String AJP = "ajp";

	private static final String SEEN_BY_VALVE = "org.apache.tomcat.request.forwarded";

	private LocalRequest() {
	}

	static boolean is(HttpServletRequest request) {
		HttpServletRequest received = received(request);
		return received != null && isOverLoopback(received)
				&& Objects.equals(received.getRemoteAddr(), request.getRemoteAddr()) && !isForwarded(received)
				&& isToLoopback(received);
	}

	/** Returns the request that the container created, without its wrappers. */
	static @Nullable HttpServletRequest received(HttpServletRequest request) {
		ServletRequest innermost = request;
		while (innermost instanceof ServletRequestWrapper wrapper) {
			innermost = wrapper.getRequest();
		}
		return (innermost instanceof HttpServletRequest received) ? received : null;
	}

	// Some transparent proxies on this host show a peer in 127.0.0.0/8 and add no header,
	// but they connect to the address that their client requested.
	private static boolean isOverLoopback(HttpServletRequest received) {
		return isLoopbackAddress(received.getRemoteAddr()) && isLoopbackAddress(received.getLocalAddr());
	}

	private static boolean isForwarded(HttpServletRequest received) {
		return ProxyHeaders.areIn(received) || AJP.equals(received.getServletConnection().getProtocol())
				|| isRewritten(received);
	}

	/**
	 * Whether Tomcat's {@code RemoteIpValve}, which Spring Boot installs for
	 * {@code server.forward-headers-strategy=native}, the default on Kubernetes, replaced
	 * the address of the peer by one from a header; also {@code true} if unknown.
	 */
	private static boolean isRewritten(HttpServletRequest received) {
		return received.getAttribute(SEEN_BY_VALVE) != null && !showsPeer(received);
	}

	// The valve marks every request from a peer that it trusts, with or without a header,
	// and removes the header. If the header contained the peer's own address, the only
	// difference left is that the address is an equal string but not the same object.
	private static boolean showsPeer(HttpServletRequest facade) {
		try {
			Field field = facade.getClass().getDeclaredField("request");
			field.setAccessible(true);
			Object request = Objects.requireNonNull(field.get(facade));
			Object peer = request.getClass().getMethod("getPeerAddr").invoke(request);
			Object shown = request.getClass().getMethod("getRemoteAddr").invoke(request);
			return peer != null && peer == shown;
		}
		catch (ReflectiveOperationException | RuntimeException ex) {
			return false;
		}
	}

	/**
	 * Whether the request names this host. A page of another site can make its own host
	 * name resolve to this host (DNS rebinding), but the name stays in the request.
	 * Clients that send no name are not browsers; the container then shows its own name
	 * or address.
	 */
	private static boolean isToLoopback(HttpServletRequest received) {
		String name = received.getServerName();
		return (isLoopbackOrNone(name) || isLoopbackAddress(name))
				&& CrossSiteRequest.all(received.getHeaders("Host"), LocalRequest::isLoopbackOrNone);
	}

	private static boolean isLoopbackOrNone(@Nullable String host) {
		return host != null && (host.isEmpty() || isLoopbackHost(host));
	}

	/** Whether the address of a socket is a loopback address. */
	static boolean isLoopbackAddress(@Nullable String address) {
		return address != null && ADDRESS.matcher(address).matches();
	}

	/** Whether a {@code Host} header, with or without port, names loopback. */
	static boolean isLoopbackHost(@Nullable String host) {
		return host != null && HOST.matcher(host).matches();
	}

}
