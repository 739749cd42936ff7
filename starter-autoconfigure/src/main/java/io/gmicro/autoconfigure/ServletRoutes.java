package io.gmicro.autoconfigure;

import java.util.List;

import io.gmicro.capture.Captures;
import io.gmicro.console.CapturesServlet;
import io.gmicro.console.SlowRequestsServlet;
import io.gmicro.diagnostics.AccessRule;
import io.gmicro.http.RequestEvents;
import io.gmicro.pprof.PprofServlet;
import io.gmicro.pprof.PprofSettings;
import io.gmicro.recorder.Profiler;
import io.gmicro.scrape.MetricsServlet;
import io.gmicro.slow.SlowRequests;
import io.gmicro.wall.WallProfiles;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;

/**
 * {@link ManagementContextConfiguration} for the servlets at {@code /metrics} and below
 * {@code /debug}: on the management port if there is one, otherwise on the application's.
 */
@ManagementContextConfiguration(proxyBeanMethods = false)
// Counts without actuator, where the annotation above is not on the class path
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@Conditional(ServletRoutes.OnServletRoutes.class)
final class ServletRoutes {

	static final String SLOW_REQUESTS_PATH = "/debug/requests";

	static final String CAPTURES_PATH = "/debug/captures";

	private static List<String> andBelow(String path) {
		return List.of(path, path + "/*");
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ PrometheusMeterRegistry.class, ExpositionFormats.class })
	@ConditionalOnBooleanProperty("gmicro.metrics.enabled")
	@ConditionalOnBooleanProperty(name = "gmicro.metrics.endpoint.enabled", matchIfMissing = true)
	static final class Metrics {

		@Bean
		ServletRoute gmicroMetricsRoute(ObjectProvider<PrometheusMeterRegistry> registries, GmicroProperties properties,
				ApplicationContext context) {
			GmicroProperties.Endpoint endpoint = properties.metrics().endpoint();
			return new ServletRoute(context, "gmicroMetrics", List.of(endpoint.path()),
					() -> servlet(registries.getIfAvailable(), endpoint), "gmicro.metrics.endpoint.path",
					"Choose another path for one of the two");
		}

		private static @Nullable MetricsServlet servlet(@Nullable PrometheusMeterRegistry registry,
				GmicroProperties.Endpoint endpoint) {
			return (registry != null)
					? new MetricsServlet(registry.getPrometheusRegistry(), new MetricsServlet.Limits(
							endpoint.maxConcurrent(), endpoint.collectTimeout(), endpoint.writeTimeout()), registry)
					: null;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBooleanProperty("gmicro.pprof.enabled")
	static final class Pprof {

		@Bean
		ServletRoute gmicroPprofRoute(ObjectProvider<Profiler> profiler, ObjectProvider<WallProfiles> wall,
				ObjectProvider<RequestEvents> events, ObjectProvider<ApplicationArguments> arguments,
				GmicroProperties properties, AccessRule access, ApplicationContext context) {
			GmicroProperties.Pprof pprof = properties.pprof();
			return new ServletRoute(context, "gmicroPprof", andBelow(pprof.path()),
					() -> new PprofServlet(profiler.getObject(), wall.getIfAvailable(),
							new PprofSettings(pprof.maxSeconds(), pprof.heap().enabled(), pprof.trace().enabled(),
									events.getIfAvailable() != null, count(arguments.getIfAvailable())),
							access),
					"gmicro.pprof.path", "Choose another path");
		}

		private static int count(@Nullable ApplicationArguments arguments) {
			return (arguments != null) ? arguments.getSourceArgs().length : -1;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(MeterRegistry.class)
	@ConditionalOnBooleanProperty("gmicro.metrics.enabled")
	@ConditionalOnBooleanProperty("gmicro.http.slow-requests.endpoint.enabled")
	static final class SlowRequestsPage {

		@Bean
		ServletRoute gmicroSlowRequestsRoute(ObjectProvider<SlowRequests> requests, AccessRule access,
				ApplicationContext context) {
			return new ServletRoute(context, "gmicroSlowRequests", andBelow(SLOW_REQUESTS_PATH),
					() -> servlet(requests.getIfAvailable(), access), "gmicro.http.slow-requests.endpoint.enabled",
					"Disable the page, or move the other one away from " + SLOW_REQUESTS_PATH);
		}

		private static @Nullable SlowRequestsServlet servlet(@Nullable SlowRequests requests, AccessRule access) {
			return (requests != null) ? new SlowRequestsServlet(requests, access) : null;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(MeterRegistry.class)
	@ConditionalOnBooleanProperty("gmicro.metrics.enabled")
	@ConditionalOnBooleanProperty("gmicro.captures.enabled")
	static final class CapturesPage {

		@Bean
		ServletRoute gmicroCapturesRoute(ObjectProvider<Captures> captures, AccessRule access,
				ApplicationContext context) {
			return new ServletRoute(context, "gmicroCaptures", andBelow(CAPTURES_PATH),
					() -> servlet(captures.getIfAvailable(), access), "gmicro.captures.enabled",
					"Disable the captures, or move the other one away from " + CAPTURES_PATH);
		}

		private static @Nullable CapturesServlet servlet(@Nullable Captures captures, AccessRule access) {
			return (captures != null) ? new CapturesServlet(captures, access) : null;
		}

	}

	/**
	 * Matches if there may be anything to serve.
	 */
	static final class OnServletRoutes extends AnyNestedCondition {

		OnServletRoutes() {
			super(ConfigurationPhase.PARSE_CONFIGURATION);
		}

		@ConditionalOnBooleanProperty("gmicro.metrics.enabled")
		static final class Metrics {

		}

		@ConditionalOnBooleanProperty("gmicro.pprof.enabled")
		static final class Profiles {

		}

	}

}
