package io.gmicro.diagnostics;

import java.util.Enumeration;
import java.util.function.Predicate;
import java.util.regex.Pattern;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * Whether a page of another site may be behind a request that a browser of this host
 * sent. Such a page need not read the answer to do harm, since the work is done by then.
 *
 * @see <a href="https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header">Fetch
 * Metadata</a>
 */
final class ForeignPage {

	private static final Pattern SCHEME = Pattern.compile("^https?://");

	private ForeignPage() {
	}

	static boolean isBehind(HttpServletRequest received) {
		return isRebound(received) || isCrossOrigin(received);
	}

	// A page can let its own name point at this host, but that name stays in the request.
	// Whoever names no host is no browser; the container then says a name or an address.
	private static boolean isRebound(HttpServletRequest received) {
		String name = received.getServerName();
		return !(isLoopbackOrNone(name) || Loopback.isAddress(name))
				|| !all(received.getHeaders("Host"), ForeignPage::isLoopbackOrNone);
	}

	private static boolean isLoopbackOrNone(@Nullable String host) {
		return host != null && (host.isEmpty() || Loopback.isHost(host));
	}

	private static boolean isCrossOrigin(HttpServletRequest received) {
		return !all(received.getHeaders("Sec-Fetch-Site"), (site) -> "none".equals(site) || "same-origin".equals(site))
				|| !all(received.getHeaders("Origin"), ForeignPage::isLoopbackOrigin);
	}

	private static boolean isLoopbackOrigin(String origin) {
		return SCHEME.matcher(origin).find() && Loopback.isHost(SCHEME.matcher(origin).replaceFirst(""));
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
