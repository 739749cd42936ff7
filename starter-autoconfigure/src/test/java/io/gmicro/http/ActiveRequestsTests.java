package io.gmicro.http;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import org.junit.jupiter.api.Test;

import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The gauges of requests in flight are there from the start and add up, whatever meter
 * filters make of their label.
 */
class ActiveRequestsTests {

	private static final String NAME = "http.server.active_requests";

	private static final Map<String, Double> NONE = Stream
		.concat(LabelRules.KNOWN_METHODS.stream(), Stream.of("_OTHER"))
		.collect(Collectors.toMap((method) -> method, (method) -> 0.0));

	@Test
	void everyMethodIsThereFromTheStart() throws Exception {
		SimpleMeterRegistry registry = new SimpleMeterRegistry();
		ExchangeFilter filter = filter(registry);
		assertThat(active(registry)).isEqualTo(NONE);
		Map<String, Double> running = new TreeMap<>(NONE);
		running.putAll(Map.of("GET", 1.0, "POST", 1.0, "_OTHER", 1.0));
		serve(filter, List.of("GET", "POST", "BREW"), () -> assertThat(active(registry)).isEqualTo(running));
		assertThat(active(registry)).isEqualTo(NONE);
	}

	@Test
	void withoutTheLabelOneGaugeIsTheSum() throws Exception {
		MeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
		registry.config().meterFilter(MeterFilter.ignoreTags(RequestLabels.METHOD_LABEL));
		serve(filter(registry), List.of("PUT", "POST"), () -> {
			assertThat(registry.get(NAME).gauges()).hasSize(1);
			assertThat(registry.get(NAME).gauge().value()).isEqualTo(2);
		});
		assertThat(registry.get(NAME).gauge().value()).isZero();
	}

	@Test
	void methodsThatShareAValueAreAddedUp() throws Exception {
		MeterRegistry registry = new SimpleMeterRegistry();
		registry.config()
			.meterFilter(MeterFilter.replaceTagValues(RequestLabels.METHOD_LABEL,
					(method) -> method.startsWith("P") ? "write" : method));
		serve(filter(registry), List.of("PUT", "POST", "PATCH", "GET"),
				() -> assertThat(active(registry)).containsEntry("write", 3.0)
					.containsEntry("GET", 1.0)
					.containsEntry("DELETE", 0.0)
					.hasSize(9));
	}

	/** As Spring Boot has it with two registries: the filters are those of each. */
	@Test
	void eachRegistryOfACompositeAddsUpByItself() throws Exception {
		SimpleMeterRegistry whole = new SimpleMeterRegistry();
		SimpleMeterRegistry folded = new SimpleMeterRegistry();
		folded.config().meterFilter(MeterFilter.ignoreTags(RequestLabels.METHOD_LABEL)).commonTags("region", "eu");
		SimpleMeterRegistry denied = new SimpleMeterRegistry();
		denied.config().meterFilter(MeterFilter.deny());
		CompositeMeterRegistry nested = new CompositeMeterRegistry();
		nested.add(folded);
		CompositeMeterRegistry registry = new CompositeMeterRegistry();
		registry.add(whole).add(nested).add(denied);
		serve(filter(registry), List.of("GET", "POST"), () -> {
			assertThat(active(whole)).hasSize(11).containsEntry("GET", 1.0).containsEntry("PUT", 0.0);
			assertThat(folded.get(NAME).tag("region", "eu").gauge().value()).isEqualTo(2);
			assertThat(folded.find(NAME).gauges()).hasSize(1);
			assertThat(denied.getMeters()).isEmpty();
		});
	}

	@Test
	void aFilterOfTheCompositeFoldsAllOfThem() throws Exception {
		SimpleMeterRegistry part = new SimpleMeterRegistry();
		CompositeMeterRegistry registry = new CompositeMeterRegistry();
		registry.config().meterFilter(MeterFilter.ignoreTags(RequestLabels.METHOD_LABEL));
		registry.add(part);
		serve(filter(registry), List.of("GET", "POST"), () -> {
			assertThat(part.find(NAME).gauges()).hasSize(1);
			assertThat(part.get(NAME).gauge().value()).isEqualTo(2);
		});
	}

	@Test
	void otherSchemesAndMethodsAppearWithTheirFirstRequest() throws Exception {
		SimpleMeterRegistry registry = new SimpleMeterRegistry();
		ExchangeFilter filter = filter(registry);
		MockHttpServletRequest request = new MockHttpServletRequest("GET", "/");
		request.setScheme("HTTPS");
		filter.doFilter(request, new MockHttpServletResponse(),
				(exchanged, response) -> assertThat(secure(registry)).isEqualTo(1));
		assertThat(secure(registry)).isZero();
		assertThat(active(registry)).isEqualTo(NONE);
	}

	private static double secure(MeterRegistry registry) {
		return registry.get(NAME)
			.tags(RequestLabels.METHOD_LABEL, "GET", RequestLabels.SCHEME_LABEL, "https")
			.gauge()
			.value();
	}

	private static ExchangeFilter filter(MeterRegistry registry) {
		return new ExchangeFilter(List.of(new ActiveRequests(registry)), List.of(), 10, registry);
	}

	private static Map<String, Double> active(MeterRegistry registry) {
		Map<String, Double> active = new TreeMap<>();
		for (Gauge gauge : registry.get(NAME).gauges()) {
			active.put(String.valueOf(gauge.getId().getTag(RequestLabels.METHOD_LABEL)), gauge.value());
		}
		return active;
	}

	/** Serves requests within each other, and looks while all are served. */
	private static void serve(ExchangeFilter filter, List<String> methods, Runnable look)
			throws IOException, ServletException {
		FilterChain rest = (request, response) -> {
			if (methods.size() > 1) {
				serve(filter, methods.subList(1, methods.size()), look);
			}
			else {
				look.run();
			}
		};
		filter.doFilter(new MockHttpServletRequest(methods.get(0), "/"), new MockHttpServletResponse(), rest);
	}

}
