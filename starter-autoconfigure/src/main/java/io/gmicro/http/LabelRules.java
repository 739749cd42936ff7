package io.gmicro.http;

import java.util.List;
import java.util.function.Supplier;

/**
 * Which values the labels of requests can have.
 *
 * @param maxRoutes the maximum number of route labels, at least 1; requests of further
 * routes are recorded as {@link Exchange#OTHER}
 * @param contextPath the context path, with which {@code http_route} begins, or an empty
 * text
 * @param knownMethods the request methods that are recorded by name, case-sensitive; all
 * others are recorded as {@link Exchange#OTHER}
 * @param errorType what {@code error_type} says of a failed request
 * @param protocolVersion whether {@code network_protocol_version} is recorded
 */
public record LabelRules(int maxRoutes, Supplier<String> contextPath, List<String> knownMethods, ErrorType errorType,
		boolean protocolVersion) {

	/** The methods that the HTTP conventions of OpenTelemetry know. */
	public static final List<String> KNOWN_METHODS = List.of("CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH",
			"POST", "PUT", "QUERY", "TRACE");

	public LabelRules {
		knownMethods = List.copyOf(knownMethods);
	}

	/**
	 * The default rules.
	 * @param maxRoutes the maximum number of route labels
	 */
	public LabelRules(int maxRoutes) {
		this(maxRoutes, () -> "", KNOWN_METHODS, ErrorType.STATUS_CODE, false);
	}

	/**
	 * What the label {@code error_type} says of a request that failed.
	 */
	public enum ErrorType {

		/**
		 * The status code. The class of the exception where the status code of a failed
		 * response is not that of an error.
		 */
		STATUS_CODE,

		/** The class of the exception, or the status code if there was none. */
		EXCEPTION

	}

}
