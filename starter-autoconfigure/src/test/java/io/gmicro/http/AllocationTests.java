package io.gmicro.http;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import com.sun.management.ThreadMXBean;
import io.gmicro.slow.SlowRequests;
import io.gmicro.slow.Thresholds;
import io.gmicro.slow.TraceIds;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import org.junit.jupiter.api.Test;

import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.web.servlet.HandlerMapping;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a request costs in memory: one small object.
 */
class AllocationTests {

	private static final int WARM_UP = 50_000;

	private static final int REQUESTS = 100_000;

	private static final long BYTES_PER_REQUEST = 96;

	private final MeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

	private final List<MockHttpServletRequest> requests = List.of(request("GET", "/orders/1", "/orders/{id}"),
			request("POST", "/orders", "/orders"), request("GET", "/customers/7", "/customers/{id}"));

	private final MockHttpServletResponse response = new CountingResponse();

	@Test
	void fullSetAllocatesOneSmallObject() throws Exception {
		ActiveExchanges active = new ActiveExchanges(this.registry);
		RequestEvents events = new RequestEvents(() -> active);
		List<ExchangeObserver> fullSet = List.of(
				new RequestDuration(this.registry, List.of(Duration.ofMillis(5), Duration.ofSeconds(1))),
				new StatusCodes(this.registry), new ActiveRequests(this.registry), new BodySizes(this.registry),
				new SlowRequests(this.registry, active, new Thresholds(Duration.ofSeconds(10), Map.of()), 100,
						TraceIds.NONE),
				events, active);
		ExchangeFilter filter = new ExchangeFilter(fullSet, List.of("/metrics", "/debug/**", "/actuator/**"), 1000,
				this.registry);
		FilterChain chain = (request, response) -> {
		};
		Call plain = (request) -> chain.doFilter(request, this.response);
		Call measured = (request) -> filter.doFilter(request, this.response, chain);
		run(plain, WARM_UP);
		run(measured, WARM_UP);
		double perRequest = (double) (allocatedBy(measured) - allocatedBy(plain)) / REQUESTS;
		assertThat(perRequest).isLessThanOrEqualTo(BYTES_PER_REQUEST);
		assertThat(this.registry.get("http.server.responses").tag("http.route", "/orders/{id}").counter().count())
			.isGreaterThan(REQUESTS / 3);
		assertThat(this.registry.get("http.server.response.body.size").summaries()).isNotEmpty();
		events.close();
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
