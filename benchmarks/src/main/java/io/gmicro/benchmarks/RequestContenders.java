package io.gmicro.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.stream.Stream;

import io.gmicro.cost.ProcessCost;
import io.gmicro.http.ActiveExchanges;
import io.gmicro.http.ActiveRequests;
import io.gmicro.http.BodySizes;
import io.gmicro.http.ExchangeFilter;
import io.gmicro.http.ExchangeObserver;
import io.gmicro.http.RequestDuration;
import io.gmicro.http.StatusCodes;
import io.gmicro.slow.SlowRequests;
import io.gmicro.slow.Thresholds;
import io.gmicro.slow.TraceIds;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Histogram;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;

import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.prometheus.PrometheusMetricsExportAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.webmvc.autoconfigure.WebMvcObservationAutoConfiguration;
import org.springframework.mock.web.MockFilterConfig;
import org.springframework.mock.web.MockServletContext;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;
import org.springframework.web.servlet.HandlerMapping;

/**
 * The filters that are measured side by side, each with a registry of its own.
 */
final class RequestContenders {

	static final String NONE = "no filter";

	static final String FLOOR = "floor: two clock reads, two adders";

	static final String SPRINGS = "Spring's ServerHttpObservationFilter";

	private static final int MAX_ROUTES = 100;

	private static final String METHOD = "GET";

	private static final Duration[] BOUNDS = Stream
		.of(5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10_000)
		.map(Duration::ofMillis)
		.toArray(Duration[]::new);

	private RequestContenders() {
	}

	/** What stands in a service, one of them at a time. */
	static Map<String, Filter> whole() throws ServletException {
		Map<String, Filter> whole = new LinkedHashMap<>();
		whole.put(NONE, none());
		whole.put(FLOOR, floor());
		whole.put("client_java, cached data points: duration, status", clientJava());
		whole.put("Micrometer, meters registered each time: duration, status",
				naive(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT)));
		whole.put("gmicro, full set", fullSet(Registries.ours(), MAX_ROUTES));
		whole.put(SPRINGS, springs());
		return whole;
	}

	/**
	 * The full set taken apart. All of them share code that the JIT has to keep general
	 * for their sake, so they are measured after it.
	 */
	static Map<String, Filter> pieces() throws ServletException {
		Map<String, Filter> pieces = new LinkedHashMap<>();
		pieces.put(NONE, none());
		pieces.put(FLOOR, floor());
		pieces.put("gmicro, no measurement", ours((registry) -> List.of((exchange) -> {
		})));
		pieces.put("gmicro, duration", ours((registry) -> List.of(new RequestDuration(registry, List.of(BOUNDS)))));
		pieces.put("gmicro, status", ours((registry) -> List.of(new StatusCodes(registry))));
		pieces.put("gmicro, in flight", ours((registry) -> List.of(new ActiveRequests(registry))));
		pieces.put("gmicro, sizes", ours((registry) -> List.of(new BodySizes(registry))));
		pieces.put("gmicro, cost",
				ours((registry) -> List.of(new io.gmicro.http.RequestCost(registry, new ProcessCost(registry)))));
		pieces.put("gmicro, slow requests", slow(List.of(), Registries.ours(), MAX_ROUTES));
		pieces.put(SPRINGS, springs());
		return pieces;
	}

	static Filter none() {
		return (request, response, chain) -> chain.doFilter(request, response);
	}

	/** What is on by default. */
	static Filter fullSet(MeterRegistry registry, int maxRoutes) {
		return slow(List.of(new RequestDuration(registry, List.of(BOUNDS)), new StatusCodes(registry),
				new ActiveRequests(registry), new BodySizes(registry)), registry, maxRoutes);
	}

	/** What no measurement of a duration can do without. */
	private static Filter floor() {
		LongAdder[] buckets = Stream.generate(LongAdder::new).limit(BOUNDS.length + 1).toArray(LongAdder[]::new);
		LongAdder sum = new LongAdder();
		long[] bounds = Arrays.stream(BOUNDS).mapToLong(Duration::toNanos).toArray();
		return (request, response, chain) -> {
			long start = System.nanoTime();
			chain.doFilter(request, response);
			long duration = System.nanoTime() - start;
			int bucket = 0;
			while (bucket < bounds.length && duration > bounds[bucket]) {
				bucket++;
			}
			buckets[bucket].increment();
			sum.add(duration);
		};
	}

	private static Filter clientJava() {
		Histogram histogram = Histogram.builder()
			.name("request_duration_seconds")
			.labelNames("method", "uri", "status")
			.classicOnly()
			.withoutExemplars()
			.classicUpperBounds(Arrays.stream(BOUNDS).mapToDouble((bound) -> bound.toNanos() / 1e9).toArray())
			.build();
		io.prometheus.metrics.core.metrics.Counter counter = io.prometheus.metrics.core.metrics.Counter.builder()
			.name("responses")
			.withoutExemplars()
			.labelNames("method", "uri", "status")
			.build();
		Map<Key, DataPoints> cache = new ConcurrentHashMap<>();
		return new Measuring() {

			@Override
			void record(Key key, long nanos) {
				DataPoints points = cache.get(key);
				if (points == null) {
					String status = Integer.toString(key.status());
					points = cache.computeIfAbsent(key,
							(absent) -> new DataPoints(histogram.labelValues(key.method(), key.uri(), status),
									counter.labelValues(key.method(), key.uri(), status)));
				}
				points.duration().observe(nanos / 1e9);
				points.status().inc();
			}

		};
	}

	private static Filter naive(MeterRegistry registry) {
		return new Measuring() {

			@Override
			void record(Key key, long nanos) {
				String status = Integer.toString(key.status());
				Timer.builder("request.duration")
					.tags("method", key.method(), "uri", key.uri(), "status", status)
					.serviceLevelObjectives(BOUNDS)
					.register(registry)
					.record(Duration.ofNanos(nanos));
				Counter.builder("responses")
					.tags("method", key.method(), "uri", key.uri(), "status", status)
					.register(registry)
					.increment();
			}

		};
	}

	private static Filter ours(Function<MeterRegistry, List<ExchangeObserver>> observers) {
		MeterRegistry registry = Registries.ours();
		return filter(observers.apply(registry), registry, MAX_ROUTES);
	}

	private static ExchangeFilter filter(List<ExchangeObserver> observers, MeterRegistry registry, int maxRoutes) {
		return new ExchangeFilter(observers, List.of("/metrics", "/debug/**", "/actuator/**"), maxRoutes, registry);
	}

	/**
	 * Those given, and the tracking of slow requests with what Spring MVC calls of it.
	 */
	private static Filter slow(List<ExchangeObserver> others, MeterRegistry registry, int maxRoutes) {
		ActiveExchanges active = new ActiveExchanges(registry);
		SlowRequests slow = new SlowRequests(registry, active, new Thresholds(Duration.ofSeconds(10), Map.of()), 100,
				TraceIds.NONE);
		slow.start();
		ExchangeFilter filter = filter(Stream.concat(others.stream(), Stream.of(slow, active)).toList(), registry,
				maxRoutes);
		ActiveExchanges.RouteInterceptor interceptor = new ActiveExchanges.RouteInterceptor(active);
		FilterChain mvc = (request, response) -> {
			RequestCost.CHAIN.doFilter(request, response);
			interceptor.preHandle((LightRequest) request, (LightResponse) response, interceptor);
		};
		return (request, response, chain) -> filter.doFilter(request, response, mvc);
	}

	/** As Spring Boot configures it for an application with a Prometheus registry. */
	private static Filter springs() throws ServletException {
		AnnotationConfigWebApplicationContext context = new AnnotationConfigWebApplicationContext();
		context.setServletContext(new MockServletContext());
		context.register(MetricsAutoConfiguration.class, ObservationAutoConfiguration.class,
				PrometheusMetricsExportAutoConfiguration.class, WebMvcObservationAutoConfiguration.class);
		context.refresh();
		Filter filter = Objects
			.requireNonNull(context.getBean("webMvcObservationFilter", FilterRegistrationBean.class).getFilter());
		filter.init(new MockFilterConfig("webMvcObservationFilter"));
		return filter;
	}

	/** The filter one would write. */
	private abstract static class Measuring implements Filter {

		abstract void record(Key key, long nanos);

		@Override
		public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
				throws IOException, ServletException {
			long start = System.nanoTime();
			try {
				chain.doFilter(request, response);
			}
			finally {
				String uri = String.valueOf(request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE));
				record(new Key(METHOD, uri, ((LightResponse) response).getStatus()), System.nanoTime() - start);
			}
		}

	}

	private record Key(String method, String uri, int status) {
	}

	private record DataPoints(DistributionDataPoint duration, CounterDataPoint status) {
	}

}
