package io.gmicro.diagnostics;

import java.net.URI;
import java.util.Enumeration;
import java.util.Locale;
import java.util.function.Predicate;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * Recognizes requests that a page of another site made a browser send. Such a page can do
 * harm without reading the response, as the server has already done the work.
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
	 * Whether the headers show another site. Clients other than browsers do not send
	 * them, nor do browsers when the user enters the address.
	 */
	static boolean is(HttpServletRequest request) {
		HttpServletRequest received = LocalRequest.received(request);
		return received == null
				|| !all(received.getHeaders("Sec-Fetch-Site"),
						(site) -> "none".equals(site) || "same-origin".equals(site))
				|| !all(received.getHeaders("Origin"), (origin) -> isOrigin(origin, request));
	}

	// Scheme and port may differ from those of the server, as a proxy may terminate TLS.
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

	static boolean all(Enumeration<String> values, Predicate<String> allowed) {
		while (values.hasMoreElements()) {
			if (!allowed.test(values.nextElement())) {
				return false;
			}
		}
		return true;
	}

}
