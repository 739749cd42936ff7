package io.gmicro.http;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.core.io.Resource;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.RequestPath;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.function.HandlerFunction;
import org.springframework.web.servlet.function.RequestPredicate;
import org.springframework.web.servlet.function.RequestPredicates;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.support.RouterFunctionMapping;
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;
import org.springframework.web.util.ServletRequestPathUtils;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * The path templates that controllers and {@link RouterFunction}s are mapped to, for
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
		for (HandlerMapping mapping : this.mappings.get()) {
			if (mapping instanceof RequestMappingInfoHandlerMapping controllers) {
				addControllers(controllers, created);
			}
			else if (mapping instanceof RouterFunctionMapping functions && functions.getRouterFunction() != null) {
				functions.getRouterFunction().accept(new FunctionPaths(created));
			}
		}
		this.table = created;
		return created;
	}

	private static void addControllers(RequestMappingInfoHandlerMapping mapping, RouteTable table) {
		mapping.getHandlerMethods().keySet().forEach((info) -> {
			if (info.getPathPatternsCondition() != null) {
				info.getPathPatternsCondition().getPatterns().forEach(table::add);
			}
		});
	}

	/** Collects the templates of functions below those of their nests. */
	private static final class FunctionPaths implements RouterFunctions.Visitor {

		private final Deque<List<PathPattern>> nests = new ArrayDeque<>();

		private final RouteTable table;

		FunctionPaths(RouteTable table) {
			this.table = table;
		}

		@Override
		public void startNested(RequestPredicate predicate) {
			this.nests.push(paths(predicate));
		}

		@Override
		public void endNested(RequestPredicate predicate) {
			this.nests.pop();
		}

		@Override
		public void route(RequestPredicate predicate, HandlerFunction<?> handlerFunction) {
			paths(predicate).forEach(this.table::add);
		}

		private List<PathPattern> paths(RequestPredicate predicate) {
			PredicatePaths own = new PredicatePaths();
			predicate.accept(own);
			List<PathPattern> outer = this.nests.peek();
			if (outer == null || outer.isEmpty()) {
				return own.paths;
			}
			if (own.paths.isEmpty()) {
				return outer;
			}
			List<PathPattern> combined = new ArrayList<>();
			outer.forEach((prefix) -> own.paths.forEach((path) -> combined.add(prefix.combine(path))));
			return combined;
		}

		@Override
		public void resources(Function<ServerRequest, Optional<Resource>> lookupFunction) {
		}

		@Override
		public void attributes(Map<String, Object> attributes) {
		}

		@Override
		public void unknown(RouterFunction<?> routerFunction) {
		}

	}

	/** Collects the paths of a predicate; those it excludes do not count. */
	private static final class PredicatePaths implements RequestPredicates.Visitor {

		private final List<PathPattern> paths = new ArrayList<>();

		private int negations;

		@Override
		public void path(String pattern) {
			if (this.negations == 0) {
				this.paths.add(PathPatternParser.defaultInstance.parse(pattern));
			}
		}

		@Override
		public void startNegate() {
			this.negations++;
		}

		@Override
		public void endNegate() {
			this.negations--;
		}

		@Override
		public void method(Set<HttpMethod> methods) {
		}

		@Override
		@SuppressWarnings("removal")
		public void pathExtension(String extension) {
		}

		@Override
		public void header(String name, String value) {
		}

		@Override
		public void param(String name, String value) {
		}

		@Override
		public void version(String version) {
		}

		@Override
		public void startAnd() {
		}

		@Override
		public void and() {
		}

		@Override
		public void endAnd() {
		}

		@Override
		public void startOr() {
		}

		@Override
		public void or() {
		}

		@Override
		public void endOr() {
		}

		@Override
		public void unknown(RequestPredicate predicate) {
		}

	}

}
