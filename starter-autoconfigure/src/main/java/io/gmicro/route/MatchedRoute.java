package io.gmicro.route;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.http.server.observation.ServerRequestObservationContext;
import org.springframework.util.ClassUtils;
import org.springframework.web.filter.ServerHttpObservationFilter;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.resource.ResourceHttpRequestHandler;
import org.springframework.web.util.pattern.PathPattern;

/**
 * Reads the request attributes of Spring MVC. Their names are literals because an
 * application without Spring MVC has no {@code HandlerMapping}.
 * <p>
 * The path template of Spring's observation takes precedence, because a handler mapping
 * may set a more precise one than the pattern that it matched. In the Spring portfolio
 * only Spring Data REST does, which also sets a request attribute that is used for
 * requests without an observation.
 */
public final class MatchedRoute {

	/** Spring MVC's own constant if possible: the same object is found faster. */
	private static final String PATTERN = ClassUtils.isPresent("org.springframework.web.servlet.HandlerMapping",
			MatchedRoute.class.getClassLoader()) ? WebMvc.PATTERN
					: "org.springframework.web.servlet.HandlerMapping.bestMatchingPattern";

	private static final String HANDLER = "org.springframework.web.servlet.HandlerMapping.bestMatchingHandler";

	private static final String OBSERVATION = ServerHttpObservationFilter.CURRENT_OBSERVATION_CONTEXT_ATTRIBUTE;

	private static final boolean DATA_REST = ClassUtils.isPresent(
			"org.springframework.data.rest.webmvc.RepositoryRestHandlerMapping", MatchedRoute.class.getClassLoader());

	private static final String REPOSITORY_PATTERN = "org.springframework.data.rest.webmvc.RepositoryRestHandlerMapping"
			+ ".EFFECTIVE_REPOSITORY_RESOURCE_LOOKUP_PATH";

	/** Set by Spring Cloud Gateway, whose routes need not depend on the path. */
	private static final String GATEWAY_ROUTE = "GatewayServerMvc.gatewayRouteId";

	private static final String RESOURCE_FUNCTION = "org.springframework.web.servlet.function.ResourceHandlerFunction";

	private static final String RESOURCES = "/**";

	private static final String INCLUDED = MatchedRoute.class.getName() + ".included";

	private static final String EXCEPTION = "org.springframework.web.servlet.DispatcherServlet.EXCEPTION";

	private MatchedRoute() {
	}

	/** The template that has matched a request, or {@code null} if none has yet. */
	public static @Nullable String of(HttpServletRequest request) {
		String pattern = (request.getAttribute(PATTERN) instanceof String matched) ? matched : null;
		if (request.getAttribute(OBSERVATION) instanceof ServerRequestObservationContext observed) {
			String observedPattern = observed.getPathPattern();
			if (observedPattern != null && !observedPattern.equals(pattern) && request.getAttribute(INCLUDED) == null) {
				return observedPattern;
			}
		}
		if (pattern == null) {
			return withoutPattern(request);
		}
		return (DATA_REST && pattern.contains(HandlerPatterns.REPOSITORY)
				&& request.getAttribute(REPOSITORY_PATTERN) instanceof PathPattern effective)
						? effective.getPatternString() : pattern;
	}

	/** The route of a handler that Spring MVC did not find by a path pattern. */
	private static @Nullable String withoutPattern(HttpServletRequest request) {
		if (request.getAttribute(GATEWAY_ROUTE) instanceof String route) {
			return route;
		}
		Object handler = request.getAttribute(HANDLER);
		return (handler != null && handler.getClass().getName().equals(RESOURCE_FUNCTION)) ? RESOURCES : null;
	}

	/**
	 * Marks a request that includes another resource: Spring MVC restores its request
	 * attributes afterwards, but not the template of the observation.
	 * @param request the request of an include dispatch
	 */
	public static void included(HttpServletRequest request) {
		request.setAttribute(INCLUDED, true);
	}

	/**
	 * Whether the request was matched only by the static resource handler, which found no
	 * resource.
	 * @param request the request
	 * @param status the status of the response
	 * @return {@code true} for a resource that does not exist
	 */
	public static boolean isUnmatchedResource(HttpServletRequest request, int status) {
		if (status != 404) {
			return false;
		}
		Object handler = request.getAttribute(HANDLER);
		return handler != null && WebMvc.handles(handler);
	}

	/**
	 * The handler that Spring MVC selected for a request.
	 * @param request the request
	 * @return the handler, or {@code null} if there is none
	 */
	public static @Nullable Object handler(HttpServletRequest request) {
		return request.getAttribute(HANDLER);
	}

	/** The exception that Spring MVC has turned into a response, or {@code null}. */
	public static @Nullable Throwable handledException(HttpServletRequest request) {
		return (request.getAttribute(EXCEPTION) instanceof Throwable exception) ? exception : null;
	}

	/** A separate class because the application may not have Spring MVC. */
	private static final class WebMvc {

		private static final String PATTERN = HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE;

		static boolean handles(Object handler) {
			return handler instanceof ResourceHttpRequestHandler;
		}

	}

}
