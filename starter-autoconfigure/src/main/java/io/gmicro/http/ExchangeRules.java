package io.gmicro.http;

import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * The rules by which an {@link ExchangeFilter} records exchanges.
 *
 * @param excludedPaths returns the paths that are not recorded, called once at the first
 * request: exact, a subtree with a trailing {@code /**}, or a template whose last
 * segments are variables
 * @param labels which values the labels can have
 * @param longLivedTypes content types of asynchronous responses that last until the
 * client disconnects
 * @param knownRoutes returns the template of a request that Spring MVC did not match, or
 * {@code null}; called at most once per request, and never for status 404
 */
public record ExchangeRules(Supplier<? extends Collection<String>> excludedPaths, LabelRules labels,
		Collection<String> longLivedTypes, Function<HttpServletRequest, @Nullable String> knownRoutes) {

	/** Content types of streams. */
	public static final List<String> STREAMS = List.of("text/event-stream", "application/x-ndjson",
			"application/stream+json", "multipart/x-mixed-replace");

	/**
	 * Rules for an application without Spring MVC.
	 * @param excludedPaths paths that are not recorded
	 * @param maxRoutes the maximum number of routes
	 */
	public ExchangeRules(Collection<String> excludedPaths, int maxRoutes) {
		this(() -> excludedPaths, new LabelRules(maxRoutes), STREAMS, (request) -> null);
	}

}
