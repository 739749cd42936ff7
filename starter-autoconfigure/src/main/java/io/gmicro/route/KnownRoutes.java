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
 * The path templates that handlers are mapped to, except for static resources, for
 * requests that were answered before Spring MVC looked for a handler, or that it refused
 * for their method. The table is made on first use and holds what was mapped by then.
 * Thread-safe.
 */
public final class KnownRoutes implements Function<HttpServletRequest, @Nullable String> {

	private final Supplier<? extends Collection<? extends HandlerMapping>> mappings;

	private final String servlet;

	private volatile @Nullable RouteTable table;

	/**
	 * Create an empty table.
	 * @param mappings gives the handler mappings, on first use
	 * @param servlet the name of Spring MVC's servlet; requests to other ones have no
	 * route
	 */
	public KnownRoutes(Supplier<? extends Collection<? extends HandlerMapping>> mappings, String servlet) {
		this.mappings = mappings;
		this.servlet = servlet;
	}

	/**
	 * The template that a request's path matches best, whatever its method.
	 * @param request the request
	 * @return the template, or {@code null} when no handler has one that matches
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
		new HandlerPatterns((template) -> {
		}, created::add).addAll(this.mappings.get());
		this.table = created;
		return created;
	}

}
