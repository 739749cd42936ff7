package io.gmicro.route;

import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;

import org.springframework.web.servlet.HandlerMapping;

/**
 * The templates that the label of a route can have. Immutable.
 *
 * @param templates the templates that are known, none in an application without Spring
 * MVC
 * @param complete whether there are no others: a handler mapping or a function of the
 * application's own may keep its paths to itself
 */
public record MappedRoutes(Set<String> templates, boolean complete) {

	/** No handler of Spring MVC. */
	public static final MappedRoutes NONE = new MappedRoutes(Set.of(), true);

	public MappedRoutes {
		templates = Set.copyOf(templates);
	}

	/**
	 * Looks at what is mapped now.
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
	 * Whether a template is known to be mapped. Spring writes that of the root as an
	 * empty text, and the label does not.
	 * @param template a template
	 */
	public boolean contains(String template) {
		return this.templates.contains(template) || (template.equals("/") && this.templates.contains(""));
	}

}
