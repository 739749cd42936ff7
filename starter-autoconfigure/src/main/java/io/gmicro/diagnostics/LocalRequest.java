package io.gmicro.diagnostics;

import java.util.Objects;

import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * Whether a request was made on this host, over the loopback interface and to a loopback
 * name, with no trace of a proxy. Whatever is in doubt was not. A proxy of this host need
 * not leave a trace, so that this alone opens nothing.
 */
final class LocalRequest {

	private static final String AJP = "ajp";

	private LocalRequest() {
	}

	static boolean is(HttpServletRequest request) {
		HttpServletRequest received = received(request);
		return received != null && isOverLoopback(received)
				&& Objects.equals(received.getRemoteAddr(), request.getRemoteAddr()) && !isForwarded(received)
				&& !CrossSiteRequest.isRebound(received);
	}

	/** The request below all wrappers, as the container made it. */
	static @Nullable HttpServletRequest received(HttpServletRequest request) {
		ServletRequest innermost = request;
		while (innermost instanceof ServletRequestWrapper wrapper) {
			innermost = wrapper.getRequest();
		}
		return (innermost instanceof HttpServletRequest received) ? received : null;
	}

	// Some transparent proxies of the same host show a peer of 127.0.0.0/8 and add no
	// header, but they connect to the address that their client asked for.
	private static boolean isOverLoopback(HttpServletRequest received) {
		return Loopback.isAddress(received.getRemoteAddr()) && Loopback.isAddress(received.getLocalAddr());
	}

	private static boolean isForwarded(HttpServletRequest received) {
		return ProxyHeaders.areIn(received) || AJP.equals(received.getServletConnection().getProtocol())
				|| TomcatRequest.isRewritten(received);
	}

}
