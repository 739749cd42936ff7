package io.gmicro.http;

import io.gmicro.route.MatchedRoute;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * Tells that a request failed because its client went away, by the exceptions that
 * containers and Spring throw for just that. A broken connection of the application to
 * somewhere else is not meant.
 */
final class ClientAbort {

	private static final int MAX_DEPTH = 16;

	private ClientAbort() {
	}

	/**
	 * Whether a request failed because its client went away.
	 * @param failure what is on its way to the container
	 * @param request the request, on which Spring MVC leaves what it has handled
	 * @return {@code true} if one of these says so
	 */
	static boolean isCauseOf(@Nullable Throwable failure, HttpServletRequest request) {
		return isCauseOf(failure) || isCauseOf(MatchedRoute.handledException(request))
				|| TomcatErrors.hidesClientAbort(request);
	}

	static boolean isCauseOf(@Nullable Throwable failure) {
		Throwable cause = failure;
		for (int depth = 0; cause != null && depth < MAX_DEPTH; depth++) {
			switch (cause.getClass().getName()) {
				case "org.apache.catalina.connector.ClientAbortException", "org.eclipse.jetty.io.EofException",
						"org.eclipse.jetty.server.internal.HttpConnection$HttpEofException",
						"org.springframework.web.context.request.async.AsyncRequestNotUsableException" -> {
					return true;
				}
				default -> cause = cause.getCause();
			}
		}
		return false;
	}

}
