package io.gmicro.route;

import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import org.springframework.context.ApplicationContext;
import org.springframework.data.rest.core.mapping.ResourceMapping;
import org.springframework.data.rest.core.mapping.ResourceMappings;
import org.springframework.data.rest.webmvc.RepositoryRestHandlerMapping;
import org.springframework.util.ClassUtils;
import org.springframework.web.bind.annotation.RequestMethod;
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
 * Collects the path templates of handler mappings.
 */
final class HandlerPatterns {

	private static final boolean DATA_REST = ClassUtils.isPresent(
			"org.springframework.data.rest.webmvc.RepositoryRestHandlerMapping",
			HandlerPatterns.class.getClassLoader());

	/** The variable of Spring Data REST's templates. */
	static final String REPOSITORY = "/{repository}";

	/** Of handlers that accept any method. */
	private static final Set<String> GET = Set.of("GET");

	private final BiConsumer<String, Set<String>> templates;

	private final Consumer<PathPattern> patterns;

	private boolean complete = true;

	/**
	 * Create a collector.
	 * @param templates receives every template that may become a route label, with the
	 * request methods that it is mapped for
	 * @param patterns receives the patterns that map a path to a handler, except those of
	 * static resources, which match paths of resources that do not exist
	 */
	HandlerPatterns(BiConsumer<String, Set<String>> templates, Consumer<PathPattern> patterns) {
		this.templates = templates;
		this.patterns = patterns;
	}

	/** Whether the paths of all mappings and functions are known. */
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
			urls.getHandlerMap().forEach(this::addHandler);
		}
		else if (mapping instanceof Iterable<?> delegates) {
			addAll(delegates);
		}
		else {
			this.complete = false;
		}
	}

	private void addControllers(RequestMappingInfoHandlerMapping mapping) {
		List<String> repositories = DATA_REST ? Repositories.paths(mapping) : List.of();
		for (RequestMappingInfo info : mapping.getHandlerMethods().keySet()) {
			Set<String> methods = names(info.getMethodsCondition().getMethods());
			if (!repositories.isEmpty()) {
				info.getPatternValues().forEach((template) -> addOfRepositories(template, repositories, methods));
			}
			else if (info.getPathPatternsCondition() != null) {
				info.getPathPatternsCondition().getPatterns().forEach((pattern) -> add(pattern, methods));
			}
			else {
				info.getPatternValues().forEach((template) -> add(template, methods));
			}
		}
	}

	private static Set<String> names(Set<RequestMethod> methods) {
		return methods.isEmpty() ? GET : methods.stream().map(RequestMethod::name).collect(Collectors.toSet());
	}

	private void addOfRepositories(String template, List<String> repositories, Set<String> methods) {
		if (template.contains(REPOSITORY)) {
			repositories.forEach((path) -> add(template.replace(REPOSITORY, path), methods));
		}
		else {
			add(template, methods);
		}
	}

	private void addFunctions(RouterFunctionMapping mapping) {
		if (mapping.getRouterFunction() != null) {
			FunctionPaths paths = new FunctionPaths(this::add);
			mapping.getRouterFunction().accept(paths);
			this.complete &= paths.isComplete();
		}
	}

	private void addHandler(String template, Object handler) {
		if (handler instanceof ResourceHttpRequestHandler || handler instanceof DefaultServletHttpRequestHandler) {
			this.templates.accept(template, Set.of());
		}
		else {
			add(template, GET);
		}
	}

	private void add(PathPattern pattern, Set<String> methods) {
		this.templates.accept(pattern.getPatternString(), methods.isEmpty() ? GET : methods);
		this.patterns.accept(pattern);
	}

	/** For Ant patterns, a few of which are not valid path patterns. */
	private void add(String template, Set<String> methods) {
		this.templates.accept(template, methods);
		try {
			this.patterns.accept(PathPatternParser.defaultInstance.parse(template));
		}
		catch (PatternParseException ex) {
			// A request that its handler does not see has no route
		}
	}

	/**
	 * The paths of Spring Data REST's repositories. A separate class because the
	 * application may not have Spring Data REST.
	 */
	private static final class Repositories {

		/**
		 * The paths that replace the variable.
		 * @param mapping a handler mapping
		 * @return the paths of exported repositories, empty for any other mapping
		 */
		static List<String> paths(HandlerMapping mapping) {
			ApplicationContext context = (mapping instanceof RepositoryRestHandlerMapping repositories)
					? repositories.getApplicationContext() : null;
			ResourceMappings mappings = (context != null)
					? context.getBeanProvider(ResourceMappings.class).getIfAvailable() : null;
			return (mappings != null) ? mappings.stream()
				.filter(ResourceMapping::isExported)
				.map((exported) -> exported.getPath().toString())
				.toList() : List.of();
		}

	}

}
