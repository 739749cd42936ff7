package io.gmicro.http;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import com.sun.management.ThreadMXBean;
import io.gmicro.activity.Activities;
import io.gmicro.cost.CostCounters;
import io.gmicro.cost.ProcessCost;
import io.gmicro.diagnostics.OwnCode;
import io.gmicro.gin.GinBodySizes;
import io.gmicro.gin.GinFamilies;
import io.gmicro.gin.GinRequestDuration;
import io.gmicro.gin.GinSlowRequests;
import io.gmicro.gin.GinStatusCodes;
import io.gmicro.sampling.Sampler;
import io.gmicro.scrape.HistogramTimerRegistry;
import io.gmicro.slow.SlowRequestCounter;
import io.gmicro.slow.SlowRequests;
import io.gmicro.slow.Thresholds;
import io.gmicro.slow.TraceIds;
import io.micrometer.core.instrument.Clock;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import org.junit.jupiter.api.Test;

import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.web.servlet.HandlerMapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * What a request costs in memory: one small object.
 */
class AllocationTests {

	private static final int WARM_UP = 50_000;

	/** The least of several counts: the compiler may still be at it. */
	private static final int TURNS = 4;

	private static final int REQUESTS = 50_000;

	private static final long BYTES_PER_REQUEST = 96;

	/** An object that its histogram makes, and the compiler does away with or not. */
	private static final double BYTES_OF_CLIENT_JAVA = 16;

	private static final double NEXT_TO_NOTHING = 2;

	private final PrometheusMeterRegistry registry = new HistogramTimerRegistry(PrometheusConfig.DEFAULT,
			new PrometheusRegistry(), Clock.SYSTEM, null, Set.of("http.server.request.duration"));

	private final List<MockHttpServletRequest> requests = List.of(request("GET", "/orders/1", "/orders/{id}"),
			request("POST", "/orders", "/orders"), request("GET", "/customers/7", "/customers/{id}"));

	private final MockHttpServletResponse response = new CountingResponse();

	@Test
	void fullSetAllocatesOneSmallObject() throws Exception {
		ActiveExchanges active = new ActiveExchanges(this.registry);
		RequestEvents events = new RequestEvents(() -> active);
		List<ExchangeObserver> fullSet = new ArrayList<>(standard());
		fullSet.addAll(List.of(slow(active, SlowRequestCounter.of(this.registry)), events, active));
		assertThat(allocatedPerRequest(fullSet)).isLessThanOrEqualTo(BYTES_PER_REQUEST);
		assertThat(this.registry.get("http.server.responses").tag("http.route", "/orders/{id}").counter().count())
			.isGreaterThan(REQUESTS / 3);
		assertThat(this.registry.get("http.server.response.body.size").summaries()).isNotEmpty();
		events.close();
	}

	@Test
	void namesOfGinAllocateNothingOfTheirOwn() throws Exception {
		ActiveExchanges active = new ActiveExchanges(this.registry);
		GinFamilies families = new GinFamilies(this.registry.getPrometheusRegistry(), "", "", Map.of("region", "eu"));
		UniqueClients clients = new UniqueClients();
		families.uniqueClients(clients::count);
		List<ExchangeObserver> gmicro = new ArrayList<>(gin(families));
		gmicro.addAll(
				List.of(slow(active, new GinSlowRequests(families, Duration.ofSeconds(10))::accept), clients, active));
		double ofGmicro = allocatedPerRequest(gmicro);
		List<ExchangeObserver> standard = new ArrayList<>(standard());
		standard.addAll(List.of(slow(active, SlowRequestCounter.of(this.registry)), clients, active));
		double ofStandard = allocatedPerRequest(standard);
		List<ExchangeObserver> both = new ArrayList<>(standard);
		both.addAll(0, gmicro.subList(0, 3));
		double ofBoth = allocatedPerRequest(both);
		double ofNeither = allocatedPerRequest(List.of((exchange) -> {
		}));
		assertThat(List.of(ofStandard, ofGmicro, ofBoth))
			.allSatisfy((perRequest) -> assertThat(perRequest).isLessThanOrEqualTo(BYTES_PER_REQUEST));
		assertThat(ofStandard - ofNeither).isCloseTo(0, within(NEXT_TO_NOTHING));
		assertThat(ofGmicro - ofNeither).isBetween(-NEXT_TO_NOTHING, BYTES_OF_CLIENT_JAVA + NEXT_TO_NOTHING);
		assertThat(ofBoth - ofNeither).as("both are the sum of their parts")
			.isBetween(-NEXT_TO_NOTHING, BYTES_OF_CLIENT_JAVA + NEXT_TO_NOTHING);
		assertThat(this.registry.scrape())
			.contains("gin_request_total{region=\"eu\"} " + 2.0 * (WARM_UP + TURNS * REQUESTS))
			.contains("gin_uri_request_total{code=\"200\",method=\"POST\",region=\"eu\",uri=\"/orders\"}")
			.contains("gin_request_duration_count{region=\"eu\",uri=\"/orders/:id\"}")
			.contains("gin_request_uv_total{region=\"eu\"} 1.0");
	}

	@Test
	void costAllocatesNothingOfItsOwn() throws Exception {
		List<ExchangeObserver> without = new ArrayList<>(standard());
		List<ExchangeObserver> with = new ArrayList<>(standard());
		with.add(new RequestCost(this.registry, new ProcessCost(this.registry)));
		assertThat(allocatedPerRequest(with) - allocatedPerRequest(without)).isCloseTo(0, within(NEXT_TO_NOTHING));
		assertThat(this.registry.get(CostCounters.REQUEST_CPU).tag("http.route", "/orders/{id}").counter().count())
			.isPositive();
	}

	private List<ExchangeObserver> standard() {
		return List.of(new RequestDuration(this.registry, List.of(Duration.ofMillis(5), Duration.ofSeconds(1))),
				new StatusCodes(this.registry), new ActiveRequests(this.registry), new BodySizes(this.registry));
	}

	private static List<ExchangeObserver> gin(GinFamilies families) {
		return List.of(new GinRequestDuration(families, GinRequestDuration.BOUNDS), new GinStatusCodes(families),
				new GinBodySizes(families));
	}

	private ExchangeObserver slow(ActiveExchanges active, SlowRequestCounter counter) {
		Sampler sampler = new Sampler(active, new Sampler.Settings(Duration.ofMillis(20), 0.01),
				new Activities(Map.of()), null, this.registry);
		return new SlowRequests(this.registry, active, new Thresholds(Duration.ofSeconds(10), Map.of()), 100,
				TraceIds.NONE, List.of(counter), OwnCode.UNKNOWN, sampler);
	}

	private double allocatedPerRequest(List<ExchangeObserver> observers) throws Exception {
		ExchangeFilter filter = new ExchangeFilter(observers, List.of("/metrics", "/debug/**", "/actuator/**"), 1000,
				this.registry);
		FilterChain chain = (request, response) -> {
		};
		Call plain = (request) -> chain.doFilter(request, this.response);
		Call measured = (request) -> filter.doFilter(request, this.response, chain);
		run(plain, WARM_UP);
		run(measured, WARM_UP);
		long ofPlain = Long.MAX_VALUE;
		long ofMeasured = Long.MAX_VALUE;
		for (int turn = 0; turn < TURNS; turn++) {
			ofPlain = Math.min(ofPlain, allocatedBy(plain));
			ofMeasured = Math.min(ofMeasured, allocatedBy(measured));
		}
		return (double) (ofMeasured - ofPlain) / REQUESTS;
	}

	private long allocatedBy(Call call) throws Exception {
		ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
		long before = threads.getCurrentThreadAllocatedBytes();
		run(call, REQUESTS);
		return threads.getCurrentThreadAllocatedBytes() - before;
	}

	private void run(Call call, int times) throws Exception {
		for (int i = 0; i < times; i++) {
			call.accept(Objects.requireNonNull(this.requests.get(i % this.requests.size())));
		}
	}

	private static MockHttpServletRequest request(String method, String path, String pattern) {
		MockHttpServletRequest request = new MockHttpServletRequest(method, path);
		request.setAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE, pattern);
		if (method.equals("POST")) {
			request.setContent(new byte[10]);
		}
		return request;
	}

	interface Call {

		void accept(MockHttpServletRequest request) throws java.io.IOException, ServletException;

	}

	/**
	 * Answers like Tomcat's response.
	 */
	public static final class CountingResponse extends MockHttpServletResponse {

		public long getContentWritten() {
			return 42;
		}

		public boolean isFinished() {
			return false;
		}

	}

}
