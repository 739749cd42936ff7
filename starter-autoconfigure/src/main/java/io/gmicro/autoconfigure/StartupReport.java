package io.gmicro.autoconfigure;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import io.gmicro.http.ActiveRequests;
import io.gmicro.http.BodySizes;
import io.gmicro.http.RequestDuration;
import io.gmicro.http.StatusCodes;
import io.gmicro.http.UniqueClients;
import io.gmicro.sampling.SlowRequests;
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
 * Says in one line, once the application is ready, what is being recorded and where it is
 * served.
 */
final class StartupReport implements ApplicationListener<ApplicationReadyEvent>, SmartInitializingSingleton {

	private static final Log logger = LogFactory.getLog(StartupReport.class);

	private static final boolean PROMETHEUS = isPresent("io.micrometer.prometheusmetrics.PrometheusMeterRegistry");

	private static final List<String> LABELS = List.of("http.request.method", "http.route",
			"http.response.status_code");

	/** What is recorded under the standard names, piece by piece. */
	private static final Map<String, List<String>> METERS = Map.of("request-duration", List.of(RequestDuration.NAME),
			"status-code", List.of(StatusCodes.NAME), "active-requests", List.of(ActiveRequests.NAME), "body-size",
			List.of(BodySizes.REQUEST_NAME, BodySizes.RESPONSE_NAME), "slow-requests", List.of(SlowRequests.NAME),
			"unique-clients", List.of(UniqueClients.NAME));

	private final GmicroProperties properties;

	private final ObjectProvider<MeterRegistry> registries;

	private final Set<String> denied = new HashSet<>();

	StartupReport(GmicroProperties properties, ObjectProvider<MeterRegistry> registries) {
		this.properties = properties;
		this.registries = registries;
	}

	/** Before there are requests, as the registry is asked with meters. */
	@Override
	public void afterSingletonsInstantiated() {
		MeterRegistry registry = this.registries.getIfUnique();
		if (registry != null && this.properties.metrics().naming().isStandard()) {
			METERS.forEach((piece, names) -> {
				if (names.stream().allMatch((name) -> DeniedMeters.contain(registry, name, labels(piece)))) {
					this.denied.add(piece);
				}
			});
		}
	}

	private static List<String> labels(String piece) {
		return switch (piece) {
			case "unique-clients" -> List.of();
			case "active-requests" -> LABELS.subList(0, 1);
			case "body-size" -> LABELS.subList(0, 2);
			default -> LABELS;
		};
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
		boolean gin = naming.isGmicro() && hasPrometheus(context);
		if (naming.isGmicro() && !gin) {
			logger.warn("gmicro.metrics.naming=" + naming.name().toLowerCase(Locale.ROOT)
					+ ", but no request is recorded under the names of gmicro: the application has no "
					+ "PrometheusMeterRegistry. Add io.micrometer:micrometer-registry-prometheus");
		}
		logger.info(recorded(gin) + ". " + route(context) + page(context)
				+ (springRecordsToo(context) ? ". Spring Boot records http.server.requests as well; "
						+ "gmicro.http.spring-observation.enabled=false turns that off" : ""));
	}

	private static boolean hasPrometheus(ConfigurableApplicationContext context) {
		return PROMETHEUS && BeanFactoryUtils.beanNamesForTypeIncludingAncestors(context.getBeanFactory(),
				PrometheusMeterRegistry.class).length > 0;
	}

	private String recorded(boolean underTheNamesOfGin) {
		GmicroProperties.Http http = this.properties.http();
		List<String> enabled = new ArrayList<>();
		addIf(http.requestDuration().enabled(), "request-duration", enabled);
		addIf(http.statusCode().enabled(), "status-code", enabled);
		addIf(http.activeRequests().enabled() && this.properties.metrics().naming().isStandard(), "active-requests",
				enabled);
		addIf(http.bodySize().enabled(), "body-size", enabled);
		addIf(http.slowRequests().enabled(), "slow-requests", enabled);
		addIf(http.uniqueClients().enabled(), "unique-clients", enabled);
		boolean standard = this.properties.metrics().naming().isStandard();
		List<String> recorded = enabled.stream()
			.filter((piece) -> (standard && !this.denied.contains(piece))
					|| (underTheNamesOfGin && !piece.equals("active-requests")))
			.toList();
		List<String> filtered = enabled.stream().filter(this.denied::contains).toList();
		return "Recording " + (recorded.isEmpty() ? "nothing" : String.join(", ", recorded))
				+ (filtered.isEmpty() ? "" : ". A MeterFilter such as management.metrics.enable denies the meters of "
						+ String.join(", ", filtered));
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

}
