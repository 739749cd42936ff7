package io.gmicro.http;

import java.time.Duration;
import java.util.List;

import io.gmicro.testing.Ballast;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import jakarta.servlet.FilterChain;

import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

/**
 * Records requests while there is not a byte left on the heap, in a JVM of its own, and
 * prints what came of it. Without a container, whose threads would not survive that.
 */
final class FullHeap {

	static final int CALM = 3;

	static final int FULL = 10;

	private static final String PATTERN = "org.springframework.web.servlet.HandlerMapping.bestMatchingPattern";

	private FullHeap() {
	}

	public static void main(String[] args) throws Exception {
		MeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
		ExchangeFilter filter = new ExchangeFilter(
				List.of(new RequestDuration(registry, List.of(Duration.ofSeconds(1))), new StatusCodes(registry),
						new ActiveRequests(registry), new BodySizes(registry), new ActiveExchanges(registry)),
				List.of(), FULL + 10, registry);
		FilterChain calm = (request, response) -> {
		};
		FilterChain full = (request, response) -> Ballast.fill();
		int served = serve(filter, calm, CALM, "/calm");
		for (int i = 0; i < FULL; i++) {
			served += serve(filter, full, 1, "/full/" + i);
		}
		served += serve(filter, calm, CALM, "/calm");
		System.out.println("served " + served);
		System.out.println("in flight "
				+ registry.get("http.server.active_requests").gauges().stream().mapToDouble(Gauge::value).sum());
		System.out.println(
				"calm " + registry.get("http.server.responses").tag(Series.ROUTE_LABEL, "/calm").counter().count());
		System.out.println("errors " + registry.get("gmicro.observer.errors").counter().count());
	}

	private static int serve(ExchangeFilter filter, FilterChain chain, int count, String pattern) throws Exception {
		int served = 0;
		for (int i = 0; i < count; i++) {
			MockHttpServletRequest request = new MockHttpServletRequest("GET", pattern);
			request.setAttribute(PATTERN, pattern);
			MockHttpServletResponse response = new MockHttpServletResponse();
			try {
				filter.doFilter(request, response, chain);
				served++;
			}
			catch (OutOfMemoryError ex) {
				// It is not served then
			}
			finally {
				Ballast.release();
			}
		}
		return served;
	}

}
