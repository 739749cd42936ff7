package io.gmicro.diagnostics;

/**
 * Clients that may open the diagnostics. Requests that pages of other sites send are
 * denied in any case. Must not refer to the servlet API, since applications without
 * servlets bind it as well.
 */
public enum DiagnosticsAccess {

	/**
	 * Requests with the access token, from this host over the loopback interface to
	 * {@code localhost} or a loopback address, without a proxy.
	 */
	LOCAL,

	/** Authenticated users with the configured role. */
	AUTHENTICATED,

	/** All clients. */
	UNRESTRICTED

}
