package io.gmicro.autoconfigure;

import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import io.gmicro.route.MappedRoutes;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.util.ClassUtils;
import org.springframework.web.servlet.HandlerMapping;

/**
 * Rejects service level objectives of routes that the application does not have, once its
 * handlers are mapped. If a handler mapping does not list its paths, it logs a warning
 * instead.
 */
final class SloRoutes implements SmartInitializingSingleton {

	private static final Log logger = LogFactory.getLog(SloRoutes.class);

	private static final boolean WEB_MVC = ClassUtils.isPresent("org.springframework.web.servlet.HandlerMapping",
			SloRoutes.class.getClassLoader());

	private static final int MAX_CLOSEST = 5;

	private final GmicroProperties properties;

	private final ConfigurableEnvironment environment;

	private final ListableBeanFactory beanFactory;

	private final Supplier<String> labelPrefix;

	SloRoutes(GmicroProperties properties, ConfigurableEnvironment environment, ListableBeanFactory beanFactory,
			Supplier<String> labelPrefix) {
		this.labelPrefix = labelPrefix;
		this.properties = properties;
		this.environment = environment;
		this.beanFactory = beanFactory;
	}

	static void requireAsWritten(ConfigurableEnvironment environment) {
		RawProperties.requireKeys(environment, "gmicro.slo.",
				"The name of an objective has letters, digits, '-' and '_'.");
	}

	@Override
	public void afterSingletonsInstantiated() {
		requireAsWritten(this.environment);
		if (this.properties.slo().isEmpty()) {
			return;
		}
		MappedRoutes mapped = mapped(this.beanFactory);
		List<String> excluded = PathExclusions.of(this.properties, this.environment, this.beanFactory);
		warnOfOtherContextPath();
		this.properties.slo()
			.forEach((name, slo) -> require("gmicro.slo." + name + ".route", slo.route(), mapped, excluded));
	}

	/** The rules are written without a servlet container, which may have its own path. */
	private void warnOfOtherContextPath() {
		String inRules = RulesCommand.contextPath(this.properties, this.environment);
		String inLabels = this.labelPrefix.get();
		if (!inLabels.equals(inRules)) {
			logger.warn("Route labels begin with the context path '" + inLabels
					+ "', but rules of objectives are written with '" + inRules
					+ "'. Write them with --server.servlet.context-path=" + inLabels
					+ ", or set gmicro.http.include-context-path=false");
		}
	}

	/** What is mapped now. */
	static MappedRoutes mapped(ListableBeanFactory beanFactory) {
		return WEB_MVC ? WebMvc.mapped(beanFactory) : MappedRoutes.NONE;
	}

	private void require(String property, String route, MappedRoutes mapped, List<String> excluded) {
		if (PathExclusions.contain(excluded, route, this.environment)) {
			throw new InvalidConfigurationPropertyValueException(property, route,
					"Its requests are not recorded: gmicro.http.exclude-paths excludes its path.");
		}
		if (mapped.contains(route)) {
			return;
		}
		if (mapped.complete()) {
			throw new InvalidConfigurationPropertyValueException(property, route,
					"No Spring MVC handler is mapped to it. " + closest(route, mapped));
		}
		logger.warn(property + "=" + route + ", but no known handler is mapped to it, and some handler mappings do "
				+ "not list their paths. Without requests to this route its alerts never fire. "
				+ closest(route, mapped));
	}

	private static String closest(String route, MappedRoutes mapped) {
		if (mapped.templates().isEmpty()) {
			return "The application has no known routes.";
		}
		return mapped.templates()
			.stream()
			.sorted(Comparator.<String>comparingInt((template) -> -commonPrefix(route, template))
				.thenComparing(Comparator.naturalOrder()))
			.limit(MAX_CLOSEST)
			.collect(Collectors.joining(", ", "The closest known routes are ", "."));
	}

	private static int commonPrefix(String one, String other) {
		int length = 0;
		while (length < Math.min(one.length(), other.length()) && one.charAt(length) == other.charAt(length)) {
			length++;
		}
		return length;
	}

	/** Loaded only if Spring MVC is on the class path. */
	private static final class WebMvc {

		static MappedRoutes mapped(ListableBeanFactory beanFactory) {
			return MappedRoutes
				.of(BeanFactoryUtils.beansOfTypeIncludingAncestors(beanFactory, HandlerMapping.class).values());
		}

	}

}
