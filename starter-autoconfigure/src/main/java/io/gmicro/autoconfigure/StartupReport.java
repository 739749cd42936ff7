package io.gmicro.autoconfigure;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import io.gmicro.cost.CostCounters;
import io.gmicro.cost.ThreadCounters;
import io.gmicro.http.ActiveRequests;
import io.gmicro.http.BodySizes;
import io.gmicro.http.RequestDuration;
import io.gmicro.http.StatusCodes;
import io.gmicro.http.UniqueClients;
import io.gmicro.slow.SlowRequests;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;
import org.springframework.web.filter.ServerHttpObservationFilter;

/**
 * Logs in one line what is recorded and where it is served, once the application is
 * ready.
 */
final class StartupReport implements ApplicationListener<ApplicationReadyEvent>, SmartInitializingSingleton {

	private static final Log logger = LogFactory.getLog(StartupReport.class);

	private static final boolean PROMETHEUS = ClassUtils
		.isPresent("io.micrometer.prometheusmetrics.PrometheusMeterRegistry", StartupReport.class.getClassLoader());

	private static final List<String> LABELS = List.of("http.request.method", "url.scheme", "http.route",
			"http.response.status_code", "error.type");

	private static final String ACTIVE_REQUESTS = "active-requests";

	private static final List<Measurement> MEASUREMENTS = List.of(
			new Measurement("request-duration", (http) -> http.requestDuration().enabled(), LABELS,
					List.of(RequestDuration.NAME)),
			new Measurement("status-code", (http) -> http.statusCode().enabled(), LABELS, List.of(StatusCodes.NAME)),
			new Measurement(ACTIVE_REQUESTS, (http) -> http.activeRequests().enabled(), LABELS.subList(0, 2),
					List.of(ActiveRequests.NAME)),
			new Measurement("body-size", (http) -> http.bodySize().enabled(), LABELS.subList(0, 3),
					List.of(BodySizes.REQUEST_NAME, BodySizes.RESPONSE_NAME)),
			new Measurement("cost", (http) -> http.cost().enabled() && ThreadCounters.areSupported(),
					List.of("http.route"), List.of(CostCounters.REQUEST_CPU, CostCounters.REQUEST_ALLOCATED)),
			new Measurement("slow-requests", (http) -> http.slowRequests().enabled(),
					List.of("http.request.method", "http.route", "http.response.status_code"),
					List.of(SlowRequests.NAME)),
			new Measurement("unique-clients", (http) -> http.uniqueClients().enabled(), List.of(),
					List.of(UniqueClients.NAME)));

	private final GmicroProperties properties;

	private final ObjectProvider<MeterRegistry> registries;

	private final Set<String> denied = new HashSet<>();

	StartupReport(GmicroProperties properties, ObjectProvider<MeterRegistry> registries) {
		this.properties = properties;
		this.registries = registries;
	}

	/** Before the first request, as the check registers meters. */
	@Override
	public void afterSingletonsInstantiated() {
		MeterRegistry registry = this.registries.getIfUnique();
		if (registry != null && this.properties.metrics().naming().isStandard()) {
			for (Measurement measurement : MEASUREMENTS) {
				if (measurement.isDenied(registry)) {
					this.denied.add(measurement.key());
				}
			}
		}
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
		boolean gin = naming.isGmicro() && hasPrometheus(context);
		if (naming.isGmicro() && !gin) {
			logger.warn("gmicro.metrics.naming=" + naming.name().toLowerCase(Locale.ROOT)
					+ ", but no request is recorded under the names of gmicro: the application has no "
					+ "PrometheusMeterRegistry. Add io.micrometer:micrometer-registry-prometheus");
		}
		logger.info(recorded(naming.isStandard(), gin) + ". " + route(context) + page(context)
				+ (springRecordsToo(context) ? ". Spring Boot records http.server.requests as well; "
						+ "gmicro.http.spring-observation.enabled=false turns that off" : ""));
	}

	private static boolean hasPrometheus(ConfigurableApplicationContext context) {
		return PROMETHEUS && BeanFactoryUtils.beanNamesForTypeIncludingAncestors(context.getBeanFactory(),
				PrometheusMeterRegistry.class).length > 0;
	}

	private String recorded(boolean standard, boolean gin) {
		List<String> enabled = MEASUREMENTS.stream()
			.filter((measurement) -> measurement.enabled().test(this.properties.http()))
			.map(Measurement::key)
			.toList();
		String recorded = enabled.stream()
			.filter((key) -> (standard && !this.denied.contains(key)) || (gin && !key.equals(ACTIVE_REQUESTS)))
			.collect(Collectors.joining(", "));
		String filtered = enabled.stream().filter(this.denied::contains).collect(Collectors.joining(", "));
		return "Recording " + (recorded.isEmpty() ? "nothing" : recorded) + (filtered.isEmpty() ? ""
				: ". A MeterFilter such as management.metrics.enable denies the meters of " + filtered);
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
		return "Metrics are at " + new ServedAt(context).describe(this.properties.metrics().endpoint().path());
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
		return ". Slow requests are at " + new ServedAt(context).describe(ServletRoutes.SLOW_REQUESTS_PATH);
	}

	private static boolean springRecordsToo(ConfigurableApplicationContext context) {
		return context.getBeansOfType(FilterRegistrationBean.class)
			.values()
			.stream()
			.anyMatch((registration) -> registration.isEnabled()
					&& registration.getFilter() instanceof ServerHttpObservationFilter);
	}

	/**
	 * A measurement of HTTP requests.
	 *
	 * @param key the name in the properties below {@code gmicro.http}
	 * @param enabled whether it is enabled
	 * @param labels the labels of its meters
	 * @param meters the names of its meters under the standard naming
	 */
	private record Measurement(String key, Predicate<GmicroProperties.Http> enabled, List<String> labels,
			List<String> meters) {

		boolean isDenied(MeterRegistry registry) {
			return this.meters.stream().allMatch((name) -> DeniedMeters.contain(registry, name, this.labels));
		}

	}

}
