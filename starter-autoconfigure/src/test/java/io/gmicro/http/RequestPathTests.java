package io.gmicro.http;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

import io.gmicro.scrape.HistogramTimerRegistry;
import io.gmicro.slow.SlowRequests;
import io.gmicro.slow.Thresholds;
import io.gmicro.slow.TraceIds;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.web.filter.ServerHttpObservationFilter;
import org.springframework.web.servlet.HandlerMapping;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What recording a request costs besides the bytes that {@code AllocationTests} count: it
 * reads little, and waits for nothing.
 */
class RequestPathTests {

	/** How many requests, so that what happens on the first alone is not seen. */
	private static final int REQUESTS = 1000;

	private static final int CLIENTS = 4;

	private static final List<String> WAITS = List.of("jdk.JavaMonitorEnter", "jdk.ThreadPark");

	private final Map<String, Integer> operations = new TreeMap<>();

	private final MeterRegistry registry = new HistogramTimerRegistry(PrometheusConfig.DEFAULT,
			new PrometheusRegistry(), new CountingClock(), null, Set.of("http.server.request.duration"));

	/** No header, parameter, session or body is read, and nothing is set. */
	@Test
	void fullSetReadsOnlyWhatTheContainerHasAtHand() throws Exception {
		assertThat(operationsPerRequest((meters) -> fullSet())).containsKeys("getMethod", "getStatus");
		assertThat(this.operations.keySet()).isSubsetOf("getDispatcherType", "getMethod", "getScheme", "getRequestURI",
				"getContextPath", "getContentLengthLong", "getAttribute", "isAsyncStarted", "getStatus", "wallTime");
	}

	@Test
	void requestsDoNotWaitForEachOther(@TempDir Path directory) throws Exception {
		Filter filter = fullSet();
		serve(filter, REQUESTS);
		Path file = directory.resolve("waits.jfr");
		try (Recording recording = new Recording()) {
			WAITS.forEach((event) -> recording.enable(event).withoutThreshold());
			recording.start();
			ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
			try {
				List<Future<?>> served = new ArrayList<>();
				for (int i = 0; i < CLIENTS; i++) {
					served.add(clients.submit(() -> {
						serveUncounted(filter, 20 * REQUESTS);
						return true;
					}));
				}
				for (Future<?> client : served) {
					client.get();
				}
			}
			finally {
				clients.shutdown();
			}
			recording.stop();
			recording.dump(file);
		}
		assertThat(RecordingFile.readAllEvents(file))
			.filteredOn((event) -> WAITS.contains(event.getEventType().getName()))
			.noneMatch(RequestPathTests::isWithinFilter);
	}

	private static boolean isWithinFilter(RecordedEvent event) {
		RecordedStackTrace stack = event.getStackTrace();
		return stack != null && stack.getFrames()
			.stream()
			.anyMatch((frame) -> frame.getMethod().getType().getName().equals(ExchangeFilter.class.getName()));
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

	private static void serveUncounted(Filter filter, int requests) throws Exception {
		for (int i = 0; i < requests; i++) {
			MockHttpServletRequest request = new MockHttpServletRequest("GET", "/orders/7");
			request.setAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE, "/orders/{id}");
			filter.doFilter(request, new MockHttpServletResponse(), (served, response) -> {
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
