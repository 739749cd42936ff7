package io.gmicro.diagnostics;

import java.io.IOException;
import java.util.Locale;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/**
 * Who may open the diagnostics. A servlet below {@code /debug} asks before anything else.
 */
public enum DiagnosticsAccess {

	/**
	 * Only this host: over the loopback interface, to {@code localhost} or a loopback
	 * address, through no proxy and not from a page of another site.
	 */
	LOCAL("only requests from this host to localhost that passed no proxy and come from no other site") {

		@Override
		boolean permits(HttpServletRequest request) {
			return LocalRequest.is(request);
		}

	},

	/** Any authenticated user. */
	AUTHENTICATED("only requests of an authenticated user") {

		@Override
		boolean permits(HttpServletRequest request) {
			return request.getUserPrincipal() != null;
		}

	},

	/** Everybody. */
	UNRESTRICTED("all requests") {

		@Override
		boolean permits(HttpServletRequest request) {
			return true;
		}

	};

	private final String allowed;

	DiagnosticsAccess(String allowed) {
		this.allowed = allowed;
	}

	/**
	 * Decides about a request, and answers it with 403 when it is refused.
	 * @param request the request
	 * @param response its response, to which nothing has been written
	 * @return whether to go on; if not, the response is complete
	 * @throws IOException if the refusal cannot be written
	 */
	public boolean check(HttpServletRequest request, HttpServletResponse response) throws IOException {
		if (permits(request)) {
			return true;
		}
		response.setStatus(HttpServletResponse.SC_FORBIDDEN);
		response.setContentType("text/plain;charset=utf-8");
		response.setHeader("Cache-Control", "no-store");
		response.setHeader("X-Content-Type-Options", "nosniff");
		response.getOutputStream()
			.print("gmicro.diagnostics.access=" + name().toLowerCase(Locale.ROOT) + " allows " + this.allowed + "\n");
		return false;
	}

	abstract boolean permits(HttpServletRequest request);

}
