package io.gmicro.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

import io.gmicro.http.ActiveExchanges;
import io.gmicro.http.ExchangeFilter;
import io.gmicro.http.ExchangeObserver;
import io.gmicro.http.RequestEvents;
import io.gmicro.route.KnownRoutes;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jakarta.servlet.FilterChain;
import jakarta.servlet.http.MappingMatch;

import org.springframework.mock.web.MockHttpServletMapping;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.web.context.support.StaticWebApplicationContext;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import org.springframework.web.util.ServletRequestPathUtils;

/**
 * What single observers cost a request: the thread's CPU clock of the filter with the
 * observer as its only one, less that of the filter with an observer that does nothing,
 * beside the two clock reads that every measurement needs. Rounds of all in turn.
 */
final class ObserverCost {

	private static final int ROUNDS = 15;

	private static final int REQUESTS = 1_000_000;

	private static final int LOOKUPS = 100_000;

	private static final int TEMPLATES = 1000;

	private ObserverCost() {
	}

	static Table table() {
		return new Table("observers", "Single observers",
				"""
						CPU time of the filter with an observer as its only one, less that of the filter with an observer that does nothing;
						15 rounds of 1,000,000 requests (100,000 lookups of templates), in turn.
						""",
				ObserverCost::rows);
	}

	private static String rows() throws Exception {
		MeterRegistry registry = new SimpleMeterRegistry();
		ExchangeFilter without = filter((exchange) -> {
		}, registry);
		ActiveExchanges active = new ActiveExchanges(registry);
		double[] inFlight = new double[ROUNDS];
		double[] marks = new double[ROUNDS];
		double[] clocks = new double[ROUNDS];
		double[] lookups = new double[ROUNDS];
		KnownRoutes routes = routes();
		try (RequestEvents events = new RequestEvents(() -> active)) {
			ExchangeFilter withTable = filter(active, registry);
			ExchangeFilter withMarks = filter(events, registry);
			for (int round = 0; round < ROUNDS; round++) {
				double base = nanos(without);
				inFlight[round] = nanos(withTable) - base;
				marks[round] = nanos(withMarks) - base;
				lookups[round] = lookupNanos(routes);
				clocks[round] = clockNanos();
			}
		}
		return "| nanoseconds a request | median (lowest to highest) |\n|---|---|\n"
				+ row("enter and leave the table of requests in flight", inFlight)
				+ row("mark for profiles, while none is collected", marks)
				+ row("look for the template of a request that a filter answered, among " + TEMPLATES, lookups)
				+ row("two clock reads", clocks);
	}

	static String row(String what, double[] nanos) {
		Arrays.sort(nanos);
		return String.format(Locale.ROOT, "| %s | %.0f (%.0f to %.0f) |%n", what, nanos[ROUNDS / 2], nanos[0],
				nanos[ROUNDS - 1]);
	}

	private static ExchangeFilter filter(ExchangeObserver observer, MeterRegistry registry) {
		return new ExchangeFilter(List.of(observer), List.of(), 100, registry);
	}

	static double nanos(ExchangeFilter filter) throws Exception {
		MockHttpServletRequest request = new MockHttpServletRequest("GET", "/");
		MockHttpServletResponse response = new MockHttpServletResponse();
		FilterChain chain = (servletRequest, servletResponse) -> {
		};
		ThreadMXBean threads = ManagementFactory.getThreadMXBean();
		long start = threads.getCurrentThreadCpuTime();
		for (int i = 0; i < REQUESTS; i++) {
			filter.doFilter(request, response, chain);
		}
		return (double) (threads.getCurrentThreadCpuTime() - start) / REQUESTS;
	}

	private static KnownRoutes routes() throws ReflectiveOperationException {
		RequestMappingHandlerMapping mapping = new RequestMappingHandlerMapping();
		mapping.setApplicationContext(new StaticWebApplicationContext());
		mapping.afterPropertiesSet();
		for (int i = 0; i < TEMPLATES; i++) {
			mapping.registerMapping(RequestMappingInfo.paths("/shop/kind" + i + "/{id}/items/{item}")
				.options(mapping.getBuilderConfiguration())
				.build(), new Object(), Object.class.getMethod("toString"));
		}
		return new KnownRoutes(() -> List.of(mapping), "dispatcherServlet");
	}

	private static double lookupNanos(KnownRoutes routes) {
		ThreadMXBean threads = ManagementFactory.getThreadMXBean();
		MockHttpServletRequest[] requests = new MockHttpServletRequest[TEMPLATES];
		for (int i = 0; i < TEMPLATES; i++) {
			requests[i] = new MockHttpServletRequest("GET", "/shop/kind" + i + "/" + i + "/items/7");
			requests[i]
				.setHttpServletMapping(new MockHttpServletMapping("", "/", "dispatcherServlet", MappingMatch.DEFAULT));
		}
		long start = threads.getCurrentThreadCpuTime();
		for (int i = 0; i < LOOKUPS; i++) {
			MockHttpServletRequest request = requests[i % TEMPLATES];
			ServletRequestPathUtils.clearParsedRequestPath(request);
			if (routes.apply(request) == null) {
				throw new IllegalStateException("The template was not found");
			}
		}
		return (double) (threads.getCurrentThreadCpuTime() - start) / LOOKUPS;
	}

	private static double clockNanos() {
		ThreadMXBean threads = ManagementFactory.getThreadMXBean();
		long start = threads.getCurrentThreadCpuTime();
		long sum = 0;
		for (int i = 0; i < 2 * REQUESTS; i++) {
			sum += System.nanoTime();
		}
		if (sum == 0) {
			throw new IllegalStateException("The clock stands still");
		}
		return (double) (threads.getCurrentThreadCpuTime() - start) / REQUESTS;
	}

}
