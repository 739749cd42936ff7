package io.gmicro.diagnostics;

/**
 * Who may open the diagnostics. Whatever the value, requests from pages of other sites
 * are refused. It is bound from the configuration in applications without servlets too,
 * so nothing here may refer to them.
 */
public enum DiagnosticsAccess {

	/**
	 * Requests with the access token, from this host over the loopback interface to
	 * {@code localhost} or a loopback address, and through no proxy.
	 */
	LOCAL,

	/** Authenticated users with the configured role. */
	AUTHENTICATED,

	/** All clients. */
	UNRESTRICTED

}
