package io.gmicro.autoconfigure;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import io.gmicro.http.ExchangeFilter;
import io.gmicro.route.MappedRoutes;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.cloud.CloudPlatform;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * Makes the metrics of mapped routes start with the value 0, once the handlers are
 * mapped.
 */
final class ExpectedResponses {

	private static final Log logger = LogFactory.getLog(ExpectedResponses.class);

	private static final Set<String> GET = Set.of("GET");

	private final ExchangeFilter filter;

	private final GmicroProperties properties;

	private final Environment environment;

	private final ListableBeanFactory beanFactory;

	ExpectedResponses(ExchangeFilter filter, GmicroProperties properties, Environment environment,
			ListableBeanFactory beanFactory) {
		this.filter = filter;
		this.properties = properties;
		this.environment = environment;
		this.beanFactory = beanFactory;
	}

	/** Register them. Whatever a handler mapping does, the application starts. */
	void register() {
		if (this.environment.getProperty("spring.main.lazy-initialization", Boolean.class, false)) {
			return;
		}
		try {
			this.filter.expect(methods(), schemes(this.environment), protocols());
		}
		catch (RuntimeException | Error ex) {
			logger.warn("Metrics of mapped routes do not start with the value 0", ex);
		}
	}

	private Map<String, Set<String>> methods() {
		MappedRoutes mapped = SloRoutes.mapped(this.beanFactory);
		Map<String, Set<String>> methods = new LinkedHashMap<>();
		int maxRoutes = this.properties.http().maxRoutes();
		if (mapped.templates().size() <= maxRoutes) {
			methods.putAll(mapped.methods());
			methods.remove(this.environment.getProperty("server.error.path",
					this.environment.getProperty("spring.web.error.path", "/error")));
			List<String> excluded = PathExclusions.of(this.properties, this.environment, this.beanFactory);
			methods.keySet().removeIf((route) -> PathExclusions.contain(excluded, route, this.environment));
		}
		else {
			logger.info("Only metrics of routes with an objective start with the value 0: " + mapped.templates().size()
					+ " mapped routes exceed gmicro.http.max-routes=" + maxRoutes);
		}
		this.properties.slo()
			.values()
			.forEach((slo) -> methods.merge(slo.route(),
					slo.method().isEmpty() ? mapped.methods().getOrDefault(slo.route(), GET) : Set.of(slo.method()),
					ExpectedResponses::union));
		return methods;
	}

	private static Set<String> union(Set<String> some, Set<String> others) {
		Set<String> all = new TreeSet<>(some);
		all.addAll(others);
		return all;
	}

	private List<String> protocols() {
		return this.environment.getProperty("server.http2.enabled", Boolean.class, false)
				? List.of("HTTP/1.1", "HTTP/2.0") : List.of("HTTP/1.1");
	}

	/** The schemes that requests can have with the present configuration. */
	static Set<String> schemes(Environment environment) {
		String scheme = isTls(environment) ? "https" : "http";
		return forwardsHeaders(environment) ? Set.of("http", "https") : Set.of(scheme);
	}

	private static boolean isTls(Environment environment) {
		return environment.getProperty("server.ssl.enabled", Boolean.class, true) && Binder.get(environment)
			.bind("server.ssl", Bindable.mapOf(String.class, Object.class))
			.map((ssl) -> ssl.keySet().stream().anyMatch((key) -> !key.equals("enabled")))
			.orElse(false);
	}

	private static boolean forwardsHeaders(Environment environment) {
		if (environment.containsProperty("server.tomcat.remoteip.protocol-header")
				|| environment.containsProperty("server.tomcat.remoteip.remote-ip-header")) {
			return true;
		}
		String strategy = environment.getProperty("server.forward-headers-strategy");
		if (strategy != null) {
			return !strategy.equalsIgnoreCase("none");
		}
		CloudPlatform platform = CloudPlatform.getActive(environment);
		return platform != null && platform.isUsingForwardHeaders();
	}

}
