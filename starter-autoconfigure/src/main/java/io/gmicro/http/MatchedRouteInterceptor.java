package io.gmicro.http;

import io.gmicro.route.MatchedRoute;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Tells an exchange its route as soon as Spring MVC has matched it, for those who look at
 * requests that are still running.
 */
public final class MatchedRouteInterceptor implements HandlerInterceptor {

	private final ActiveExchanges active;

	/**
	 * Create an interceptor.
	 * @param active where the exchange of the calling thread is found
	 */
	public MatchedRouteInterceptor(ActiveExchanges active) {
		this.active = active;
	}

	@Override
	public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
		String pattern = MatchedRoute.of(request);
		// An error page is not what was asked for
		if (pattern != null && request.getDispatcherType() != DispatcherType.ERROR) {
			this.active.matched(pattern);
		}
		return true;
	}

}
