package io.gmicro.diagnostics;

import java.io.IOException;
import java.util.function.BiPredicate;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

/**
 * The access check of the diagnostics. Each servlet calls it first. Thread-safe.
 *
 * @see DiagnosticsAccess
 */
public final class AccessRule {

	private final BiPredicate<HttpServletRequest, HttpServletResponse> permits;

	private final String allowed;

	private final @Nullable AccessToken token;

	private AccessRule(BiPredicate<HttpServletRequest, HttpServletResponse> permits, String allowed,
			@Nullable AccessToken token) {
		this.permits = permits;
		this.allowed = allowed;
		this.token = token;
	}

	/**
	 * Allow requests from this host that contain a token.
	 * @param token the token
	 * @return the rule for {@link DiagnosticsAccess#LOCAL}
	 */
	public static AccessRule local(AccessToken token) {
		return new AccessRule((request, response) -> LocalRequest.is(request) && token.isCarriedBy(request, response),
				"local allows only requests with the token " + token.origin()
						+ " (?token=... or Authorization: Bearer ...), from this host to localhost, through no proxy",
				token);
	}

	/**
	 * Allow authenticated users with a role.
	 * @param role the role, as {@link HttpServletRequest#isUserInRole} takes it
	 * @return the rule for {@link DiagnosticsAccess#AUTHENTICATED}
	 */
	public static AccessRule authenticated(String role) {
		return new AccessRule((request, response) -> request.getUserPrincipal() != null && request.isUserInRole(role),
				"authenticated allows only authenticated users with the role of gmicro.diagnostics.role", null);
	}

	/**
	 * Allow all clients.
	 * @return the rule for {@link DiagnosticsAccess#UNRESTRICTED}
	 */
	public static AccessRule unrestricted() {
		return new AccessRule((request, response) -> true, "unrestricted allows all clients", null);
	}

	/**
	 * Check a request, and respond with 403 if it is denied.
	 * @param request the request
	 * @param response its response, to which nothing has been written; a cookie may be
	 * added to it
	 * @return whether the request is allowed; if not, the response is complete
	 * @throws IOException if the response cannot be written
	 */
	public boolean check(HttpServletRequest request, HttpServletResponse response) throws IOException {
		if (!CrossSiteRequest.is(request) && this.permits.test(request, response)) {
			return true;
		}
		Responses.secure(response);
		Responses.refuse(response, HttpServletResponse.SC_FORBIDDEN, "gmicro.diagnostics.access=" + this.allowed
				+ ". A link from another site is refused: open the address in a new tab");
		return false;
	}

	/**
	 * Add the token to a URL, for clients that do not keep the cookie.
	 * @param url the URL of a page, for a client that is already allowed to open a page
	 * @return the URL, with the token if there is one
	 */
	public String authorize(String url) {
		return (this.token != null) ? this.token.addTo(url) : url;
	}

}
