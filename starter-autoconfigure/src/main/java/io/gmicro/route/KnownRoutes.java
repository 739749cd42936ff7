package io.gmicro.route;

import java.util.Collection;
import java.util.function.Function;
import java.util.function.Supplier;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.http.server.RequestPath;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.util.ServletRequestPathUtils;

/**
 * Finds the path template of requests that Spring MVC has not matched: because a filter
 * responded, or because no handler supports their method. Templates of static resources
 * are not included. The mappings are read once, on first use. Thread-safe.
 */
public final class KnownRoutes implements Function<HttpServletRequest, @Nullable String> {

	private final Supplier<? extends Collection<? extends HandlerMapping>> mappings;

	private final String servlet;

	private volatile @Nullable RouteTable table;

	/**
	 * Create an instance.
	 * @param mappings returns the handler mappings, called on first use
	 * @param servlet the name of Spring MVC's servlet; requests to other servlets have no
	 * template
	 */
	public KnownRoutes(Supplier<? extends Collection<? extends HandlerMapping>> mappings, String servlet) {
		this.mappings = mappings;
		this.servlet = servlet;
	}

	/**
	 * The most specific template that matches the path of a request, regardless of its
	 * method.
	 * @param request the request
	 * @return the template, or {@code null} if none matches
	 */
	@Override
	public @Nullable String apply(HttpServletRequest request) {
		if (!this.servlet.equals(request.getHttpServletMapping().getServletName())) {
			return null;
		}
		RequestPath path = ServletRequestPathUtils.hasParsedRequestPath(request)
				? ServletRequestPathUtils.getParsedRequestPath(request)
				: ServletRequestPathUtils.parseAndCache(request);
		return table().find(path.pathWithinApplication());
	}

	private RouteTable table() {
		RouteTable existing = this.table;
		return (existing != null) ? existing : create();
	}

	private synchronized RouteTable create() {
		RouteTable existing = this.table;
		if (existing != null) {
			return existing;
		}
		RouteTable created = new RouteTable();
		new HandlerPatterns((template, methods) -> {
		}, created::add).addAll(this.mappings.get());
		this.table = created;
		return created;
	}

}
