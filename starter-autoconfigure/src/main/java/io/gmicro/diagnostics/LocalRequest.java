package io.gmicro.diagnostics;

import java.util.Enumeration;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.http.HttpServletRequest;

/**
 * Whether a request was made on this host, over the loopback interface, through no proxy
 * and by no page of another site. Whatever is in doubt was not.
 */
final class LocalRequest {

	private static final Set<String> FORWARDING_HEADERS = Set.of("cf-connecting-ip", "forwarded", "true-client-ip",
			"via", "x-client-ip", "x-cluster-client-ip", "x-original-forwarded-for", "x-proxied-https", "x-real-ip");

	private static final String FORWARDING_HEADER_PREFIX = "x-forwarded";

	private static final String AJP = "ajp";

	private LocalRequest() {
	}

	static boolean is(HttpServletRequest request) {
		ServletRequest innermost = request;
		while (innermost instanceof ServletRequestWrapper wrapper) {
			innermost = wrapper.getRequest();
		}
		return innermost instanceof HttpServletRequest received && isOverLoopback(received)
				&& Objects.equals(received.getRemoteAddr(), request.getRemoteAddr()) && !isForwarded(received)
				&& !TomcatRequest.isRewritten(received) && !ForeignPage.isBehind(received);
	}

	// Some transparent proxies of the same host show a peer of 127.0.0.0/8 and add no
	// header, but they connect to the address that their client asked for.
	private static boolean isOverLoopback(HttpServletRequest request) {
		return Loopback.isAddress(request.getRemoteAddr()) && Loopback.isAddress(request.getLocalAddr());
	}

	private static boolean isForwarded(HttpServletRequest request) {
		Enumeration<String> names = request.getHeaderNames();
		if (names == null || AJP.equals(request.getServletConnection().getProtocol())) {
			return true;
		}
		while (names.hasMoreElements()) {
			String name = names.nextElement().toLowerCase(Locale.ROOT);
			if (name.startsWith(FORWARDING_HEADER_PREFIX) || FORWARDING_HEADERS.contains(name)) {
				return true;
			}
		}
		return false;
	}

}
