package io.gmicro.route;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import org.springframework.web.servlet.HandlerMapping;

/**
 * The path templates that a route label can have. Immutable.
 *
 * @param methods the request methods that each known template is mapped for, {@code GET}
 * if it accepts any, none for static resources; empty without Spring MVC
 * @param complete whether there are no others; the paths of a custom handler mapping or
 * router function may be unknown
 */
public record MappedRoutes(Map<String, Set<String>> methods, boolean complete) {

	/** For applications without Spring MVC. */
	public static final MappedRoutes NONE = new MappedRoutes(Map.of(), true);

	public MappedRoutes {
		methods = Map.copyOf(methods);
	}

	/**
	 * Reads the templates that are currently mapped.
	 * @param mappings the handler mappings
	 */
	public static MappedRoutes of(Collection<? extends HandlerMapping> mappings) {
		Map<String, Set<String>> methods = new TreeMap<>();
		HandlerPatterns patterns = new HandlerPatterns(
				(template, mapped) -> methods.computeIfAbsent(template, (added) -> new TreeSet<>()).addAll(mapped),
				(pattern) -> {
				});
		patterns.addAll(mappings);
		return new MappedRoutes(methods, patterns.isComplete());
	}

	/** The known templates. */
	public Set<String> templates() {
		return this.methods.keySet();
	}

	/**
	 * Whether a template is mapped. The template of the root may be an empty text in
	 * Spring MVC, but its label is {@code /}.
	 * @param template a template
	 */
	public boolean contains(String template) {
		return this.methods.containsKey(template) || (template.equals("/") && this.methods.containsKey(""));
	}

}
