package io.gmicro.http;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

import io.gmicro.sampling.SlowRequests;
import io.gmicro.sampling.Thresholds;
import io.gmicro.sampling.TraceIds;
import io.gmicro.scrape.HistogramTimerRegistry;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.Test;

import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.web.filter.ServerHttpObservationFilter;
import org.springframework.web.servlet.HandlerMapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

/**
 * What a request is asked, and how often a clock is: figures that are the same on every
 * machine. Whoever adds to them makes each request dearer, and has to say so here.
 */
class RequestPathTests {

	/** How many requests, so that what happens on the first alone is not seen. */
	private static final int REQUESTS = 1000;

	private final Map<String, Integer> operations = new TreeMap<>();

	private final MeterRegistry registry = new HistogramTimerRegistry(PrometheusConfig.DEFAULT,
			new PrometheusRegistry(), new CountingClock(), null, Set.of("http.server.request.duration"));

	/** Attributes: the template that was matched, Spring's observation, the exception. */
	@Test
	void fullSetAsksForNothingItDoesNotNeed() throws Exception {
		assertThat(operationsPerRequest((meters) -> fullSet()))
			.containsExactlyInAnyOrderEntriesOf(Map.ofEntries(entry("getDispatcherType", 1), entry("getMethod", 1),
					entry("getRequestURI", 1), entry("getContextPath", 1), entry("getContentLengthLong", 1),
					entry("getAttribute", 3), entry("isAsyncStarted", 1), entry("getStatus", 1), entry("wallTime", 2)));
	}

	@Test
	void fullSetDoesLessThanHalfOfWhatSpringsFilterDoes() throws Exception {
		int ours = sum(operationsPerRequest((meters) -> fullSet()));
		int springs = sum(operationsPerRequest(RequestPathTests::springs));
		assertThat((double) ours / springs).isLessThan(0.5);
	}

	private Filter fullSet() {
		ActiveExchanges active = new ActiveExchanges(this.registry);
		return new ExchangeFilter(
				List.of(new RequestDuration(this.registry, List.of(Duration.ofMillis(5), Duration.ofSeconds(1))),
						new StatusCodes(this.registry), new ActiveRequests(this.registry), new BodySizes(this.registry),
						new SlowRequests(this.registry, active, new Thresholds(Duration.ofSeconds(10), Map.of()), 100,
								TraceIds.NONE),
						active),
				List.of("/metrics", "/debug/**", "/actuator/**"), 1000, this.registry);
	}

	private static Filter springs(MeterRegistry registry) {
		ObservationRegistry observations = ObservationRegistry.create();
		observations.observationConfig().observationHandler(new DefaultMeterObservationHandler(registry));
		return new ServerHttpObservationFilter(observations);
	}

	private Map<String, Integer> operationsPerRequest(Function<MeterRegistry, Filter> filters) throws Exception {
		Filter filter = filters.apply(this.registry);
		serve(filter, 1);
		this.operations.clear();
		serve(filter, REQUESTS);
		assertThat(this.operations.values()).allMatch((count) -> count % REQUESTS == 0);
		this.operations.replaceAll((operation, count) -> count / REQUESTS);
		return Map.copyOf(this.operations);
	}

	private void serve(Filter filter, int requests) throws Exception {
		for (int i = 0; i < requests; i++) {
			MockHttpServletRequest request = new MockHttpServletRequest("GET", "/orders/7");
			request.setContent(new byte[] { 1 });
			request.setAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE, "/orders/{id}");
			filter.doFilter(counted(HttpServletRequest.class, request),
					counted(HttpServletResponse.class, new MockHttpServletResponse()), (served, response) -> {
					});
		}
	}

	private <T> T counted(Class<T> type, T target) {
		return type
			.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type }, (proxy, method, arguments) -> {
				this.operations.merge(method.getName(), 1, Integer::sum);
				try {
					return method.invoke(target, arguments);
				}
				catch (InvocationTargetException ex) {
					throw ex.getCause();
				}
			}));
	}

	private static int sum(Map<String, Integer> operations) {
		return operations.values().stream().mapToInt(Integer::intValue).sum();
	}

	/** Counts how often its time is asked for. */
	private final class CountingClock implements Clock {

		@Override
		public long wallTime() {
			RequestPathTests.this.operations.merge("wallTime", 1, Integer::sum);
			return SYSTEM.wallTime();
		}

		@Override
		public long monotonicTime() {
			RequestPathTests.this.operations.merge("monotonicTime", 1, Integer::sum);
			return SYSTEM.monotonicTime();
		}

	}

}
