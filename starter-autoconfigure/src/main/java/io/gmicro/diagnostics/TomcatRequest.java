package io.gmicro.diagnostics;

import java.lang.reflect.Field;
import java.util.Objects;

import jakarta.servlet.http.HttpServletRequest;

/**
 * What Tomcat's {@code RemoteIpValve} did to a request. Spring Boot installs that valve
 * for {@code server.forward-headers-strategy=native}, which is the default on Kubernetes
 * and other cloud platforms.
 */
final class TomcatRequest {

	private static final String SEEN_BY_VALVE = "org.apache.tomcat.request.forwarded";

	private TomcatRequest() {
	}

	/**
	 * Whether the valve put an address from a header in the place of the peer's.
	 * @param request the request as the container made it
	 * @return {@code true} also when that cannot be found out
	 */
	static boolean isRewritten(HttpServletRequest request) {
		return request.getAttribute(SEEN_BY_VALVE) != null && !showsPeer(request);
	}

	// The valve marks every request of a peer it trusts, with and without a header, and
	// takes the header away. What remains of a header that claims the peer's own address
	// is that the address is an equal text but another object: it was cut from the
	// header.
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

}
