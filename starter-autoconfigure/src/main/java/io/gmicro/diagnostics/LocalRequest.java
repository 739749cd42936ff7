package io.gmicro.diagnostics;

import java.util.Enumeration;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * Whether a request was made on this host, over the loopback interface and through no
 * proxy. Whatever is in doubt was not.
 */
final class LocalRequest {

	private static final Set<String> FORWARDING_HEADERS = Set.of("cf-connecting-ip", "forwarded", "true-client-ip",
			"via", "x-client-ip", "x-cluster-client-ip", "x-original-forwarded-for", "x-proxied-https", "x-real-ip");

	private static final String FORWARDING_HEADER_PREFIX = "x-forwarded";

	private static final String AJP = "ajp";

	private static final String IPV4 = "127(\\.(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])){3}";

	private static final String IPV6 = "::1|0:0:0:0:0:0:0:1|(::|0:0:0:0:0:)ffff:" + IPV4;

	// The forms that the JDK and the containers write, and no others: nothing is ever
	// resolved, and a name or a number in disguise is no loopback address.
	private static final Pattern LOOPBACK = Pattern.compile(IPV4 + "|" + IPV6 + "|\\[(" + IPV6 + ")]",
			Pattern.CASE_INSENSITIVE);

	private LocalRequest() {
	}

	static boolean is(HttpServletRequest request) {
		ServletRequest innermost = request;
		while (innermost instanceof ServletRequestWrapper wrapper) {
			innermost = wrapper.getRequest();
		}
		return innermost instanceof HttpServletRequest received && isOverLoopback(received)
				&& Objects.equals(received.getRemoteAddr(), request.getRemoteAddr()) && !isForwarded(received)
				&& !TomcatRequest.isRewritten(received);
	}

	// Some transparent proxies of the same host show a peer of 127.0.0.0/8 and add no
	// header, but they connect to the address that their client asked for.
	private static boolean isOverLoopback(HttpServletRequest request) {
		return isLoopback(request.getRemoteAddr()) && isLoopback(request.getLocalAddr());
	}

	static boolean isLoopback(@Nullable String address) {
		return address != null && LOOPBACK.matcher(address).matches();
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
