package io.gmicro.route;

import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;

import org.springframework.web.servlet.HandlerMapping;

/**
 * The path templates that a route label can have. Immutable.
 *
 * @param templates the known templates, empty without Spring MVC
 * @param complete whether there are no others; the paths of a custom handler mapping or
 * router function may be unknown
 */
public record MappedRoutes(Set<String> templates, boolean complete) {

	/** For applications without Spring MVC. */
	public static final MappedRoutes NONE = new MappedRoutes(Set.of(), true);

	public MappedRoutes {
		templates = Set.copyOf(templates);
	}

	/**
	 * Reads the templates that are currently mapped.
	 * @param mappings the handler mappings
	 */
	public static MappedRoutes of(Collection<? extends HandlerMapping> mappings) {
		Set<String> templates = new TreeSet<>();
		HandlerPatterns patterns = new HandlerPatterns(templates::add, (pattern) -> {
		});
		patterns.addAll(mappings);
		return new MappedRoutes(templates, patterns.isComplete());
	}

	/**
	 * Whether a template is mapped. The template of the root may be an empty text in
	 * Spring MVC, but its label is {@code /}.
	 * @param template a template
	 */
	public boolean contains(String template) {
		return this.templates.contains(template) || (template.equals("/") && this.templates.contains(""));
	}

}
