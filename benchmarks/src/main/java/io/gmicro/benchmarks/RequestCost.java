package io.gmicro.benchmarks;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

import com.sun.management.ThreadMXBean;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;

import org.springframework.web.filter.ServerHttpObservationFilter;
import org.springframework.web.servlet.HandlerMapping;

/**
 * What a request costs with each way of measuring it: CPU clock and allocation of the
 * threads that serve, less those of the same requests without any filter. Rounds of all
 * in turn; what is compared is from the same round.
 */
final class RequestCost {

	/** Does what Spring MVC does for those who measure: tells which template matched. */
	static final FilterChain CHAIN = (servletRequest, response) -> {
		LightRequest request = (LightRequest) servletRequest;
		Call call = request.call();
		request.setAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE, call.pattern());
		((LightResponse) response).setStatus(call.status());
		ServerHttpObservationFilter.findObservationContext(request)
			.ifPresent((context) -> context.setPathPattern(call.pattern()));
	};

	private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

	private static final int WARM_UP_ROUNDS = 8;

	private static final int ROUNDS = 15;

	private static final int REQUESTS = 100_000;

	private static final Call[] CALLS = Call.of(16, 1);

	private RequestCost() {
	}

	static Table table() {
		return new Table("requests", "Requests",
				"""
						CPU time and allocation of the threads that serve, of a request through each filter less those of the same request
						without any; medians (lowest to highest) of 15 rounds of 100,000 requests a thread, all in turn. Ratios are between
						figures of the same round.
						""",
				RequestCost::rows);
	}

	private static String rows() throws Exception {
		StringBuilder table = new StringBuilder();
		for (Map<String, Filter> contenders : List.of(RequestContenders.whole(), RequestContenders.pieces())) {
			for (int threads = 1; threads <= 2; threads++) {
				table.append(table(contenders, threads)).append('\n');
			}
		}
		return table.toString();
	}

	private static String table(Map<String, Filter> contenders, int threads) throws Exception {
		Map<String, List<Cost>> costs = new LinkedHashMap<>();
		contenders.keySet().forEach((name) -> costs.put(name, new ArrayList<>()));
		ExecutorService executor = Executors.newFixedThreadPool(threads);
		try {
			for (int round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
				for (Map.Entry<String, Filter> contender : contenders.entrySet()) {
					Cost cost = measure(contender.getValue(), CALLS, threads, executor);
					if (round >= 0) {
						of(contender.getKey(), costs).add(cost);
					}
				}
			}
		}
		finally {
			executor.shutdown();
		}
		List<Cost> stub = of(RequestContenders.NONE, costs);
		costs.remove(RequestContenders.NONE);
		costs.replaceAll((name, rounds) -> IntStream.range(0, ROUNDS)
			.mapToObj((round) -> rounds.get(round).less(stub.get(round)))
			.toList());
		List<Cost> floor = of(RequestContenders.FLOOR, costs);
		List<Cost> springs = of(RequestContenders.SPRINGS, costs);
		StringBuilder table = new StringBuilder(String.format(Locale.ROOT,
				"| a request, %d at a time (%.0f ns without a filter) | CPU ns more | of Spring's | times the floor | bytes more |%n|---|---|---|---|---|%n",
				threads, median(stub, Cost::nanos)));
		costs.forEach((name,
				rounds) -> table.append(String.format(Locale.ROOT, "| %s | %s | %s | %s | %.0f |%n", name,
						spread("%.0f", rounds, Cost::nanos), spread("%.3f", ratios(rounds, springs), Cost::nanos),
						spread("%.2f", ratios(rounds, floor), Cost::nanos), median(rounds, Cost::bytes))));
		return table.toString();
	}

	private static List<Cost> of(String name, Map<String, List<Cost>> costs) {
		return Objects.requireNonNull(costs.get(name));
	}

	/**
	 * Serve many requests, on several threads at a time.
	 * @param filter what they pass
	 * @param calls what each thread asks for, in turn
	 * @param threads how many
	 * @param executor of at least as many threads
	 * @return what a request cost the thread that served it
	 */
	static Cost measure(Filter filter, Call[] calls, int threads, ExecutorService executor) throws Exception {
		CyclicBarrier together = new CyclicBarrier(threads);
		List<Future<Cost>> running = new ArrayList<>();
		for (int thread = 0; thread < threads; thread++) {
			running.add(executor.submit(() -> {
				together.await();
				return serve(filter, calls, REQUESTS);
			}));
		}
		double nanos = 0;
		double bytes = 0;
		for (Future<Cost> cost : running) {
			nanos += cost.get().nanos();
			bytes += cost.get().bytes();
		}
		return new Cost(nanos / threads, bytes / threads);
	}

	static Cost serve(Filter filter, Call[] calls, int count) throws Exception {
		LightRequest request = new LightRequest(calls[0]);
		LightResponse response = new LightResponse();
		long bytes = THREADS.getCurrentThreadAllocatedBytes();
		long nanos = THREADS.getCurrentThreadCpuTime();
		for (int i = 0; i < count; i++) {
			request.recycle(calls[i % calls.length]);
			filter.doFilter(request, response, CHAIN);
		}
		nanos = THREADS.getCurrentThreadCpuTime() - nanos;
		bytes = THREADS.getCurrentThreadAllocatedBytes() - bytes;
		return new Cost((double) nanos / count, (double) bytes / count);
	}

	private static List<Cost> ratios(List<Cost> rounds, List<Cost> others) {
		return IntStream.range(0, ROUNDS)
			.mapToObj((round) -> new Cost(rounds.get(round).nanos() / others.get(round).nanos(), 0))
			.toList();
	}

	private static String spread(String format, List<Cost> costs, ToDoubleFunction<Cost> of) {
		double[] sorted = sorted(costs, of);
		return String.format(Locale.ROOT, format + " (" + format + " to " + format + ")", sorted[ROUNDS / 2], sorted[0],
				sorted[ROUNDS - 1]);
	}

	private static double median(List<Cost> costs, ToDoubleFunction<Cost> of) {
		return sorted(costs, of)[ROUNDS / 2];
	}

	private static double[] sorted(List<Cost> costs, ToDoubleFunction<Cost> of) {
		double[] sorted = costs.stream().mapToDouble(of).toArray();
		Arrays.sort(sorted);
		return sorted;
	}

	/**
	 * What a request costs.
	 *
	 * @param nanos of CPU time
	 * @param bytes of memory
	 */
	record Cost(double nanos, double bytes) {

		Cost less(Cost other) {
			return new Cost(this.nanos - other.nanos, this.bytes - other.bytes);
		}

	}

}
