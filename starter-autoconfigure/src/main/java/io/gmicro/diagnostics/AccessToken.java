package io.gmicro.diagnostics;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

/**
 * A secret for access to the diagnostics, which a proxy cannot send by accident. Clients
 * send it as query parameter {@value #PARAMETER} or as bearer token. A request with the
 * query parameter sets a cookie, which is accepted instead from then on. Thread-safe.
 */
public final class AccessToken {

	/** The query parameter. */
	public static final String PARAMETER = "token";

	private static final int RANDOM_BYTES = 16;

	private static final String BEARER = "Bearer ";

	private static final String COOKIE_PREFIX = "gmicro-";

	private final String value;

	private final String cookie;

	private final String cookiePath;

	private final boolean generated;

	private AccessToken(String value, String cookiePath, boolean generated) {
		this.value = value;
		this.cookie = cookie(value);
		this.cookiePath = cookiePath;
		this.generated = generated;
	}

	/**
	 * Generate a token of 128 random bits.
	 * @param cookiePath the path of all pages, below the context path
	 * @return the token
	 */
	public static AccessToken generate(String cookiePath) {
		byte[] random = new byte[RANDOM_BYTES];
		new SecureRandom().nextBytes(random);
		return new AccessToken(HexFormat.of().formatHex(random), cookiePath, true);
	}

	/**
	 * Use a configured token.
	 * @param value the token, which contains only characters that need no encoding in a
	 * URL
	 * @param cookiePath the path of all pages, below the context path
	 * @return the token
	 */
	public static AccessToken of(String value, String cookiePath) {
		return new AccessToken(value, cookiePath, false);
	}

	// Not the token itself, since browsers send a cookie to all ports of a host.
	private static String cookie(String value) {
		try {
			MessageDigest digest = MessageDigest.getInstance("SHA-256");
			return HexFormat.of().formatHex(digest.digest(bytes("gmicro cookie " + value)));
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

	String origin() {
		return this.generated ? "from the application's start-up log" : "set as gmicro.diagnostics.token";
	}

	String addTo(String url) {
		return url + ((url.indexOf('?') < 0) ? "?" : "&") + PARAMETER + "=" + this.value;
	}

	boolean isCarriedBy(HttpServletRequest request, HttpServletResponse response) {
		if (isInQuery(request.getQueryString())) {
			response.addHeader("Set-Cookie", setCookie(request));
			return true;
		}
		return isBearer(request.getHeader("Authorization")) || isInCookie(request.getCookies(), cookieName(request));
	}

	// Does not use getParameter, for which a container may read the body.
	private boolean isInQuery(@Nullable String query) {
		if (query == null) {
			return false;
		}
		boolean found = false;
		for (String parameter : query.split("&")) {
			found |= parameter.startsWith(PARAMETER + "=")
					&& equal(parameter.substring(PARAMETER.length() + 1), this.value);
		}
		return found;
	}

	private boolean isBearer(@Nullable String authorization) {
		return authorization != null && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
				&& equal(authorization.substring(BEARER.length()).strip(), this.value);
	}

	private boolean isInCookie(Cookie @Nullable [] cookies, String name) {
		boolean found = false;
		for (Cookie candidate : (cookies != null) ? cookies : new Cookie[0]) {
			found |= candidate.getName().equals(name) && equal(candidate.getValue(), this.cookie);
		}
		return found;
	}

	// Browsers share cookies between ports, so the name contains the port. It is the one
	// that the browser uses, which differs from the server's behind ssh -L.
	private static String cookieName(HttpServletRequest request) {
		return COOKIE_PREFIX + request.getServerPort();
	}

	private String setCookie(HttpServletRequest request) {
		return cookieName(request) + "=" + this.cookie + "; Path=" + request.getServletContext().getContextPath()
				+ this.cookiePath + "; HttpOnly; SameSite=Strict" + (request.isSecure() ? "; Secure" : "");
	}

	private static boolean equal(@Nullable String given, String expected) {
		return given != null && MessageDigest.isEqual(bytes(given), bytes(expected));
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
