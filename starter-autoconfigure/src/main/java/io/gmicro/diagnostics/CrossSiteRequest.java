package io.gmicro.diagnostics;

import java.net.URI;
import java.util.Enumeration;
import java.util.Locale;
import java.util.function.Predicate;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * Whether a page of another site may be behind a request that a browser sent. Such a page
 * need not read the answer to do harm, since the work is done by then.
 *
 * @see <a href="https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header">Fetch
 * Metadata</a>
 */
final class CrossSiteRequest {

	private static final int HTTP = 80;

	private static final int HTTPS = 443;

	private CrossSiteRequest() {
	}

	/**
	 * Whether the browser says so. Clients that are no browsers say nothing, and neither
	 * does a browser when its user enters the address.
	 */
	static boolean isBehind(HttpServletRequest request) {
		HttpServletRequest received = LocalRequest.received(request);
		return received == null
				|| !all(received.getHeaders("Sec-Fetch-Site"),
						(site) -> "none".equals(site) || "same-origin".equals(site))
				|| !all(received.getHeaders("Origin"), (origin) -> isOrigin(origin, request));
	}

	// A proxy may have ended TLS, so that neither the scheme nor its port has to be ours.
	private static boolean isOrigin(String origin, HttpServletRequest request) {
		try {
			URI uri = URI.create(origin);
			String authority = uri.getRawAuthority();
			return authority != null && origin.matches("(?i)https?://.*") && origin.endsWith("//" + authority)
					&& isHost(uri.getHost(), request.getServerName()) && isPort(uri.getPort(), request.getServerPort());
		}
		catch (IllegalArgumentException ex) {
			return false;
		}
	}

	private static boolean isPort(int one, int other) {
		return (one >= 0) ? one == other : other == HTTP || other == HTTPS;
	}

	private static boolean isHost(@Nullable String one, @Nullable String other) {
		return one != null && other != null && name(one).equals(name(other));
	}

	private static String name(String host) {
		return host.replaceAll("[\\[\\]]", "").toLowerCase(Locale.ROOT);
	}

	/**
	 * Whether a name that is not this host's was made to point here. A page can do that
	 * with its own name, which stays in the request. A client that names no host is no
	 * browser; the container then shows a name or an address.
	 */
	static boolean isRebound(HttpServletRequest received) {
		String name = received.getServerName();
		return !(isLoopbackOrNone(name) || Loopback.isAddress(name))
				|| !all(received.getHeaders("Host"), CrossSiteRequest::isLoopbackOrNone);
	}

	private static boolean isLoopbackOrNone(@Nullable String host) {
		return host != null && (host.isEmpty() || Loopback.isHost(host));
	}

	private static boolean all(Enumeration<String> values, Predicate<String> allowed) {
		while (values.hasMoreElements()) {
			if (!allowed.test(values.nextElement())) {
				return false;
			}
		}
		return true;
	}

}
