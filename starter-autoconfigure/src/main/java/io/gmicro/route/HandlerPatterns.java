package io.gmicro.route;

import java.util.List;
import java.util.function.Consumer;

import org.springframework.util.ClassUtils;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.function.support.RouterFunctionMapping;
import org.springframework.web.servlet.handler.AbstractUrlHandlerMapping;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;
import org.springframework.web.servlet.resource.DefaultServletHttpRequestHandler;
import org.springframework.web.servlet.resource.ResourceHttpRequestHandler;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;
import org.springframework.web.util.pattern.PatternParseException;

/**
 * Collects what handler mappings are mapped to.
 */
final class HandlerPatterns {

	private static final boolean DATA_REST = ClassUtils.isPresent(
			"org.springframework.data.rest.webmvc.RepositoryRestHandlerMapping",
			HandlerPatterns.class.getClassLoader());

	private final Consumer<String> templates;

	private final Consumer<PathPattern> patterns;

	private boolean complete = true;

	/**
	 * Create a collector.
	 * @param templates receives every template that the label of a route can have
	 * @param patterns receives the patterns that tell which handler a path belongs to.
	 * Static resources are none: whether one exists is only known once it is looked for
	 */
	HandlerPatterns(Consumer<String> templates, Consumer<PathPattern> patterns) {
		this.templates = templates;
		this.patterns = patterns;
	}

	/** Whether every mapping and every function told its paths. */
	boolean isComplete() {
		return this.complete;
	}

	void addAll(Iterable<?> mappings) {
		for (Object mapping : mappings) {
			if (mapping instanceof HandlerMapping handlers) {
				add(handlers);
			}
		}
	}

	private void add(HandlerMapping mapping) {
		if (mapping instanceof RequestMappingInfoHandlerMapping controllers) {
			addControllers(controllers);
		}
		else if (mapping instanceof RouterFunctionMapping functions) {
			addFunctions(functions);
		}
		else if (mapping instanceof AbstractUrlHandlerMapping urls) {
			urls.getHandlerMap().forEach(this::add);
		}
		else if (mapping instanceof Iterable<?> delegates) {
			addAll(delegates);
		}
		else {
			this.complete = false;
		}
	}

	private void addControllers(RequestMappingInfoHandlerMapping mapping) {
		List<String> repositories = DATA_REST ? RepositoryPaths.of(mapping) : List.of();
		for (RequestMappingInfo info : mapping.getHandlerMethods().keySet()) {
			if (!repositories.isEmpty()) {
				info.getPatternValues().forEach((template) -> addOfRepositories(template, repositories));
			}
			else if (info.getPathPatternsCondition() != null) {
				info.getPathPatternsCondition().getPatterns().forEach(this::add);
			}
			else {
				info.getPatternValues().forEach(this::add);
			}
		}
	}

	private void addOfRepositories(String template, List<String> repositories) {
		if (template.contains(RepositoryPaths.VARIABLE)) {
			repositories.forEach((path) -> add(template.replace(RepositoryPaths.VARIABLE, path)));
		}
		else {
			add(template);
		}
	}

	private void addFunctions(RouterFunctionMapping mapping) {
		if (mapping.getRouterFunction() != null) {
			FunctionPaths paths = new FunctionPaths(this::add);
			mapping.getRouterFunction().accept(paths);
			this.complete &= paths.isComplete();
		}
	}

	private void add(String template, Object handler) {
		if (handler instanceof ResourceHttpRequestHandler || handler instanceof DefaultServletHttpRequestHandler) {
			this.templates.accept(template);
		}
		else {
			add(template);
		}
	}

	private void add(PathPattern pattern) {
		this.templates.accept(pattern.getPatternString());
		this.patterns.accept(pattern);
	}

	/**
	 * With Ant's patterns there is only their text; a few of them are no path patterns.
	 */
	private void add(String template) {
		this.templates.accept(template);
		try {
			this.patterns.accept(PathPatternParser.defaultInstance.parse(template));
		}
		catch (PatternParseException ex) {
			// Requests that its handler never sees have no route
		}
	}

}
