package io.gmicro.slow;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.gmicro.http.ActiveExchanges;
import io.gmicro.http.ExchangeFilter;
import io.gmicro.testing.Ballast;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import jakarta.servlet.FilterChain;

import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

/**
 * Requests that fill the heap while the sampler looks at them, in a JVM of its own, and a
 * slow one afterwards. Prints what is known of that one.
 */
final class StarvedSampler {

	static final int FULL = 6;

	private static final long HELD = TimeUnit.MILLISECONDS.toNanos(100);

	private StarvedSampler() {
	}

	public static void main(String[] args) throws Exception {
		PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
		ActiveExchanges active = new ActiveExchanges(registry);
		try (SlowRequests slow = new SlowRequests(registry, active,
				new Thresholds(Duration.ofMillis(20), Map.of("/slow", Duration.ofMillis(200))), 100, TraceIds.NONE)) {
			slow.start();
			// An application does not run out of memory at once
			while (registry.get("gmicro.sampler.looks").counter().count() == 0) {
				LockSupport.parkNanos(HELD);
			}
			ExchangeFilter filter = new ExchangeFilter(List.of(slow, active), List.of(), 100, registry);
			serve(filter, "/calm", (request, response) -> {
			});
			for (int i = 0; i < FULL; i++) {
				serve(filter, "/full", (request, response) -> fill());
			}
			serve(filter, "/slow", (request, response) -> slow());
			long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
			while (slowest(slow) == 0 && System.nanoTime() - deadline < 0) {
				LockSupport.parkNanos(HELD);
			}
			System.out.println("samples " + slowest(slow));
			System.out.println("errors " + registry.get("gmicro.observer.errors").counter().count());
		}
	}

	private static int slowest(SlowRequests slow) {
		return slow.newestFirst()
			.stream()
			.filter((request) -> request.route().equals("/slow"))
			.mapToInt(SlowRequest::samples)
			.sum();
	}

	private static void serve(ExchangeFilter filter, String route, FilterChain chain) throws Exception {
		MockHttpServletRequest request = new MockHttpServletRequest("GET", route);
		request.setAttribute("org.springframework.web.servlet.HandlerMapping.bestMatchingPattern", route);
		try {
			filter.doFilter(request, new MockHttpServletResponse(), chain);
		}
		catch (OutOfMemoryError ex) {
			// That is the request's own
		}
		finally {
			Ballast.release();
		}
	}

	private static void slow() {
		long start = System.nanoTime();
		while (System.nanoTime() - start < TimeUnit.SECONDS.toNanos(1)) {
			LockSupport.parkNanos(HELD);
		}
	}

	private static void fill() {
		Ballast.fill();
		// Time for the sampler to look
		long start = System.nanoTime();
		while (System.nanoTime() - start < HELD) {
			LockSupport.parkNanos(HELD);
		}
	}

}
