package io.gmicro.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

import io.gmicro.http.ActiveExchanges;
import io.gmicro.http.ExchangeFilter;
import io.gmicro.http.ExchangeObserver;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jakarta.servlet.FilterChain;

import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

/**
 * What it costs a request to enter and leave the table of requests in flight: the
 * thread's CPU clock of the filter with the table as its only observer, less that of the
 * filter with an observer that does nothing, over the two clock reads that every
 * measurement needs. Rounds of both in turn.
 */
final class InFlightCost {

	private static final int ROUNDS = 15;

	private static final int REQUESTS = 1_000_000;

	private InFlightCost() {
	}

	static String table() throws Exception {
		MeterRegistry registry = new SimpleMeterRegistry();
		ExchangeFilter without = filter((exchange) -> {
		}, registry);
		ExchangeFilter with = filter(new ActiveExchanges(registry), registry);
		double[] differences = new double[ROUNDS];
		double[] clocks = new double[ROUNDS];
		for (int round = 0; round < ROUNDS; round++) {
			double base = nanos(without);
			differences[round] = nanos(with) - base;
			clocks[round] = clockNanos();
		}
		Arrays.sort(differences);
		Arrays.sort(clocks);
		return String.format(Locale.ROOT,
				"| enter and leave, ns, median (lowest to highest) | two clock reads, ns |%n|---|---|%n"
						+ "| %.0f (%.0f to %.0f) | %.0f |%n",
				differences[ROUNDS / 2], differences[0], differences[ROUNDS - 1], clocks[ROUNDS / 2]);
	}

	private static ExchangeFilter filter(ExchangeObserver observer, MeterRegistry registry) {
		return new ExchangeFilter(List.of(observer), List.of(), 100, registry);
	}

	private static double nanos(ExchangeFilter filter) throws Exception {
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
