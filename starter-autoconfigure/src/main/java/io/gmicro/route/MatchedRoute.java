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
 * Reads what Spring MVC left on a request. The attributes are named as text because an
 * application without Spring MVC has no {@code HandlerMapping}; its requests carry no
 * template.
 * <p>
 * The template is the one of Spring's observation where there is one, because a handler
 * mapping may know better than the pattern it matched. Spring Data REST, the one mapping
 * of the Spring portfolio that does, leaves it on the request as well, for requests that
 * are not observed.
 */
public final class MatchedRoute {

	/** Spring MVC's own string where it is there: the same object is found sooner. */
	private static final String PATTERN = ClassUtils.isPresent("org.springframework.web.servlet.HandlerMapping",
			MatchedRoute.class.getClassLoader()) ? WebMvc.PATTERN
					: "org.springframework.web.servlet.HandlerMapping.bestMatchingPattern";

	private static final String HANDLER = "org.springframework.web.servlet.HandlerMapping.bestMatchingHandler";

	private static final String OBSERVATION = ServerHttpObservationFilter.CURRENT_OBSERVATION_CONTEXT_ATTRIBUTE;

	private static final boolean DATA_REST = ClassUtils.isPresent(
			"org.springframework.data.rest.webmvc.RepositoryRestHandlerMapping", MatchedRoute.class.getClassLoader());

	private static final String REPOSITORY_PATTERN = "org.springframework.data.rest.webmvc.RepositoryRestHandlerMapping"
			+ ".EFFECTIVE_REPOSITORY_RESOURCE_LOOKUP_PATH";

	/** Spring Cloud Gateway's, for routes that are not told by their path. */
	private static final String GATEWAY_ROUTE = "GatewayServerMvc.gatewayRouteId";

	private static final String RESOURCE_FUNCTION = "org.springframework.web.servlet.function.ResourceHandlerFunction";

	private static final String RESOURCES = "/**";

	private static final String INCLUDED = MatchedRoute.class.getName() + ".included";

	private static final String EXCEPTION = "org.springframework.web.servlet.DispatcherServlet.EXCEPTION";

	private MatchedRoute() {
	}

	/** The template that was matched so far, or {@code null}. */
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
		return (DATA_REST && pattern.contains(RepositoryPaths.VARIABLE)
				&& request.getAttribute(REPOSITORY_PATTERN) instanceof PathPattern effective)
						? effective.getPatternString() : pattern;
	}

	/** What was matched by something else than a path of Spring MVC. */
	private static @Nullable String withoutPattern(HttpServletRequest request) {
		if (request.getAttribute(GATEWAY_ROUTE) instanceof String route) {
			return route;
		}
		Object handler = request.getAttribute(HANDLER);
		return (handler != null && handler.getClass().getName().equals(RESOURCE_FUNCTION)) ? RESOURCES : null;
	}

	/**
	 * Remember that another handler writes a part of the answer. Spring MVC restores its
	 * attributes afterwards, but not the observation.
	 * @param request the request, dispatched to a resource that it includes
	 */
	public static void included(HttpServletRequest request) {
		request.setAttribute(INCLUDED, true);
	}

	/**
	 * Whether the request was matched only by the catch-all of static resources, and none
	 * was there.
	 * @param request the request
	 * @param status the status of the answer
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
	 * What Spring MVC chose to serve a request.
	 * @param request the request
	 * @return the handler, or {@code null} if there is none
	 */
	public static @Nullable Object handler(HttpServletRequest request) {
		return request.getAttribute(HANDLER);
	}

	/** What Spring MVC has turned into an answer, or {@code null}. */
	public static @Nullable Throwable handledException(HttpServletRequest request) {
		return (request.getAttribute(EXCEPTION) instanceof Throwable exception) ? exception : null;
	}

	/** Loaded only where Spring MVC is there. */
	private static final class WebMvc {

		private static final String PATTERN = HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE;

		static boolean handles(Object handler) {
			return handler instanceof ResourceHttpRequestHandler;
		}

	}

}
