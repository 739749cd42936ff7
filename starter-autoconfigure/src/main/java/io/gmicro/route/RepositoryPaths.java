package io.gmicro.route;

import java.util.List;

import org.springframework.context.ApplicationContext;
import org.springframework.data.rest.core.mapping.ResourceMapping;
import org.springframework.data.rest.core.mapping.ResourceMappings;
import org.springframework.data.rest.webmvc.RepositoryRestHandlerMapping;
import org.springframework.web.servlet.HandlerMapping;

/**
 * The paths of Spring Data REST's repositories, which the templates of its handlers leave
 * open. Loaded only where Spring Data REST is there.
 */
final class RepositoryPaths {

	/** A constant, so that it can be used where this class cannot be loaded. */
	static final String VARIABLE = "/{repository}";

	private RepositoryPaths() {
	}

	/**
	 * What stands in place of the variable.
	 * @param mapping a handler mapping
	 * @return the paths of exported repositories, none if the mapping is not theirs
	 */
	static List<String> of(HandlerMapping mapping) {
		ApplicationContext context = (mapping instanceof RepositoryRestHandlerMapping repositories)
				? repositories.getApplicationContext() : null;
		ResourceMappings mappings = (context != null) ? context.getBeanProvider(ResourceMappings.class).getIfAvailable()
				: null;
		return (mappings != null) ? mappings.stream()
			.filter(ResourceMapping::isExported)
			.map((exported) -> exported.getPath().toString())
			.toList() : List.of();
	}

}
