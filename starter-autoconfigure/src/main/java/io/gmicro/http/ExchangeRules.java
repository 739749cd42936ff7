package io.gmicro.http;

import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * What an {@link ExchangeFilter} records and under which names.
 *
 * @param excludedPaths gives the paths that are not recorded, once, with the first
 * request: exact, a subtree with a trailing {@code /**}, or a template whose last
 * segments are variables
 * @param maxRoutes how many different route labels there may be, at least 1; further ones
 * become {@link Exchange#OTHER}
 * @param longLivedTypes content types of asynchronous answers that go on for as long as
 * the client likes
 * @param knownRoutes the template of a request that Spring MVC did not match, or
 * {@code null}; asked at most once a request, and never about a 404
 */
public record ExchangeRules(Supplier<? extends Collection<String>> excludedPaths, int maxRoutes,
		Collection<String> longLivedTypes, Function<HttpServletRequest, @Nullable String> knownRoutes) {

	/** Content types of streams. */
	public static final List<String> STREAMS = List.of("text/event-stream", "application/x-ndjson",
			"application/stream+json", "multipart/x-mixed-replace");

	/**
	 * Rules for an application without Spring MVC.
	 * @param excludedPaths paths that are not recorded
	 * @param maxRoutes how many different route labels there may be
	 */
	public ExchangeRules(Collection<String> excludedPaths, int maxRoutes) {
		this(() -> excludedPaths, maxRoutes, STREAMS, (request) -> null);
	}

}
