package io.gmicro.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;
import org.springframework.web.filter.ServerHttpObservationFilter;

/**
 * Says in one line, once the application is ready, what is being recorded and where it is
 * served.
 */
final class StartupReport implements ApplicationListener<ApplicationReadyEvent> {

	private static final Log logger = LogFactory.getLog(StartupReport.class);

	private static final boolean PROMETHEUS = isPresent("io.micrometer.prometheusmetrics.PrometheusMeterRegistry");

	private final GmicroProperties properties;

	StartupReport(GmicroProperties properties) {
		this.properties = properties;
	}

	private static boolean isPresent(String type) {
		return ClassUtils.isPresent(type, StartupReport.class.getClassLoader());
	}

	@Override
	public void onApplicationEvent(ApplicationReadyEvent event) {
		ConfigurableApplicationContext context = event.getApplicationContext();
		if (context.getBeanProvider(MeterRegistry.class).getIfAvailable() == null) {
			logger.warn("gmicro.metrics.enabled=true, but nothing is recorded: the application has no MeterRegistry. "
					+ "Add io.micrometer:micrometer-registry-prometheus");
			return;
		}
		GmicroProperties.Naming naming = this.properties.metrics().naming();
		if (naming.isGmicro() && !hasPrometheus(context)) {
			logger.warn("gmicro.metrics.naming=" + naming.name().toLowerCase(Locale.ROOT)
					+ ", but no request is recorded under the names of gmicro: the application has no "
					+ "PrometheusMeterRegistry. Add io.micrometer:micrometer-registry-prometheus");
		}
		logger.info("Recording " + String.join(", ", recorded()) + ". " + route(context) + page(context)
				+ (springRecordsToo(context) ? ". Spring Boot records http.server.requests as well; "
						+ "gmicro.http.spring-observation.enabled=false turns that off" : ""));
	}

	private static boolean hasPrometheus(ConfigurableApplicationContext context) {
		return PROMETHEUS && context.getBeanNamesForType(PrometheusMeterRegistry.class).length > 0;
	}

	private List<String> recorded() {
		GmicroProperties.Http http = this.properties.http();
		List<String> recorded = new ArrayList<>();
		addIf(http.requestDuration().enabled(), "request-duration", recorded);
		addIf(http.statusCode().enabled(), "status-code", recorded);
		addIf(http.activeRequests().enabled() && this.properties.metrics().naming().isStandard(), "active-requests",
				recorded);
		addIf(http.bodySize().enabled(), "body-size", recorded);
		addIf(http.slowRequests().enabled(), "slow-requests", recorded);
		addIf(http.uniqueClients().enabled(), "unique-clients", recorded);
		return recorded.isEmpty() ? List.of("nothing") : recorded;
	}

	private static void addIf(boolean enabled, String name, List<String> names) {
		if (enabled) {
			names.add(name);
		}
	}

	private String route(ConfigurableApplicationContext context) {
		Environment environment = context.getEnvironment();
		if (!this.properties.metrics().endpoint().enabled()) {
			return "No metrics route: gmicro.metrics.endpoint.enabled=false";
		}
		if (!hasPrometheus(context)) {
			return "No metrics route: the application has no PrometheusMeterRegistry";
		}
		if (ServedAt.nowhere(environment)) {
			return "No metrics route: management.server.port=-1";
		}
		return "Metrics are at " + ServedAt.describe(environment, this.properties.metrics().endpoint().path());
	}

	private String page(ConfigurableApplicationContext context) {
		GmicroProperties.SlowRequests slowRequests = this.properties.http().slowRequests();
		Environment environment = context.getEnvironment();
		if (!slowRequests.endpoint().enabled()) {
			return "";
		}
		if (!slowRequests.enabled() || ServedAt.nowhere(environment)) {
			return ". No page of slow requests: " + (slowRequests.enabled() ? "management.server.port=-1"
					: "gmicro.http.slow-requests.enabled=false");
		}
		return ". Slow requests are at " + ServedAt.describe(environment, SlowRequestsRoute.PATH);
	}

	private static boolean springRecordsToo(ConfigurableApplicationContext context) {
		return context.getBeansOfType(FilterRegistrationBean.class)
			.values()
			.stream()
			.anyMatch((registration) -> registration.isEnabled()
					&& registration.getFilter() instanceof ServerHttpObservationFilter);
	}

}
