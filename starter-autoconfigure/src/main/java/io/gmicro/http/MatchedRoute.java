package io.gmicro.http;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ClassUtils;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.resource.ResourceHttpRequestHandler;

/**
 * Reads what Spring MVC left on a request. The attributes are named as text because an
 * application without Spring MVC has no {@code HandlerMapping}; its requests carry no
 * template.
 */
final class MatchedRoute {

	/** Spring MVC's own string where it is there: the same object is found sooner. */
	private static final String PATTERN = ClassUtils.isPresent("org.springframework.web.servlet.HandlerMapping",
			MatchedRoute.class.getClassLoader()) ? WebMvc.PATTERN
					: "org.springframework.web.servlet.HandlerMapping.bestMatchingPattern";

	private static final String HANDLER = "org.springframework.web.servlet.HandlerMapping.bestMatchingHandler";

	private static final String EXCEPTION = "org.springframework.web.servlet.DispatcherServlet.EXCEPTION";

	private MatchedRoute() {
	}

	static @Nullable String of(HttpServletRequest request) {
		return (request.getAttribute(PATTERN) instanceof String pattern) ? pattern : null;
	}

	/**
	 * Whether the request was matched only by the catch-all of static resources, and none
	 * was there.
	 * @param request the request
	 * @param status the status of the answer
	 * @return {@code true} for a resource that does not exist
	 */
	static boolean isUnmatchedResource(HttpServletRequest request, int status) {
		if (status != 404) {
			return false;
		}
		Object handler = request.getAttribute(HANDLER);
		return handler != null && WebMvc.handles(handler);
	}

	static @Nullable Throwable handledException(HttpServletRequest request) {
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
