package io.gmicro.route;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Function;

import org.springframework.core.io.Resource;
import org.springframework.http.HttpMethod;
import org.springframework.web.servlet.function.HandlerFunction;
import org.springframework.web.servlet.function.RequestPredicate;
import org.springframework.web.servlet.function.RequestPredicates;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * Collects the path templates of {@link RouterFunction}s, prefixed with those of their
 * nests.
 */
final class FunctionPaths implements RouterFunctions.Visitor {

	private final Deque<PredicatePaths> nests = new ArrayDeque<>();

	private final BiConsumer<PathPattern, Set<String>> patterns;

	private boolean complete = true;

	FunctionPaths(BiConsumer<PathPattern, Set<String>> patterns) {
		this.patterns = patterns;
	}

	/** Whether the paths of all functions are known. */
	boolean isComplete() {
		return this.complete;
	}

	@Override
	public void startNested(RequestPredicate predicate) {
		this.nests.push(below(predicate));
	}

	@Override
	public void endNested(RequestPredicate predicate) {
		this.nests.pop();
	}

	@Override
	public void route(RequestPredicate predicate, HandlerFunction<?> handlerFunction) {
		PredicatePaths own = below(predicate);
		own.paths.forEach((path) -> this.patterns.accept(path, own.methods));
	}

	private PredicatePaths below(RequestPredicate predicate) {
		PredicatePaths own = new PredicatePaths();
		predicate.accept(own);
		PredicatePaths nest = this.nests.peek();
		if (nest != null) {
			own.nestIn(nest);
		}
		return own;
	}

	@Override
	public void resources(Function<ServerRequest, Optional<Resource>> lookupFunction) {
		this.complete = false;
	}

	@Override
	public void attributes(Map<String, Object> attributes) {
	}

	@Override
	public void unknown(RouterFunction<?> routerFunction) {
		this.complete = false;
	}

	/** Collects the paths and methods of a predicate, except negated ones. */
	private static final class PredicatePaths implements RequestPredicates.Visitor {

		private final List<PathPattern> paths = new ArrayList<>();

		private final Set<String> methods = new TreeSet<>();

		private int negations;

		void nestIn(PredicatePaths nest) {
			if (this.methods.isEmpty()) {
				this.methods.addAll(nest.methods);
			}
			if (this.paths.isEmpty()) {
				this.paths.addAll(nest.paths);
			}
			else if (!nest.paths.isEmpty()) {
				List<PathPattern> own = List.copyOf(this.paths);
				this.paths.clear();
				nest.paths.forEach((prefix) -> own.forEach((path) -> this.paths.add(prefix.combine(path))));
			}
		}

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
			if (this.negations == 0) {
				methods.forEach((method) -> this.methods.add(method.name()));
			}
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
