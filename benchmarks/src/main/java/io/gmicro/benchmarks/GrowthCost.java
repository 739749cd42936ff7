package io.gmicro.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

import jakarta.servlet.Filter;

/**
 * How the cost of a request grows with routes, status codes and threads, that of a scrape
 * with lines and that of memory with series.
 */
final class GrowthCost {

	private static final int WARM_UP_ROUNDS = 4;

	private static final int ROUNDS = 9;

	private static final int ROUTES = 16;

	private GrowthCost() {
	}

	static Table table() {
		return new Table("growth", "Growth",
				"""
						Requests: CPU time of a request through the full set less that of one without a filter, on each of the threads
						that serve; 9 rounds of 100,000 requests a thread, all sizes in turn. Every series is asked for in turn, which is
						the worst order for the caches of a processor. Where they do not grow there are 16 routes, one status and one
						thread. Scrapes: CPU time and allocation for each line, as text and compressed; 7 rounds. Memory: heap in use
						after a collection, less that with one route, for each line more (a histogram of 14 bounds, its maximum and a
						counter for each route, in gmicro's registry and in Micrometer's; and the full set, with what its filter keeps and
						the names of its routes), three times. Medians (lowest to highest); requests are compared within a round, and a doubling is
						that of the size since the row before.
						""",
				GrowthCost::rows);
	}

	private static String rows() throws Exception {
		return String.join(System.lineSeparator(),
				requests("routes", new int[] { 10, 100, 1_000, 10_000 }, (routes) -> new Load(Call.of(routes, 1), 1)),
				requests("status codes of a route", new int[] { 1, 5, 20, 50 },
						(statuses) -> new Load(Call.of(ROUTES, statuses), 1)),
				requests("threads", new int[] { 1, 2, 4, 8 }, (threads) -> new Load(Call.of(ROUTES, 1), threads)),
				ScrapeGrowth.costs(), ScrapeGrowth.memory());
	}

	private static String requests(String axis, int[] sizes, Loads loads) throws Exception {
		Filter none = RequestContenders.none();
		List<Filter> filters = new ArrayList<>();
		List<List<Double>> costs = new ArrayList<>();
		for (int size : sizes) {
			filters.add(RequestContenders.fullSet(Registries.ours(), size + ROUTES));
			costs.add(new ArrayList<>());
		}
		ExecutorService executor = Executors.newCachedThreadPool();
		try {
			for (int round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
				for (int i : IntStream.range(0, sizes.length).toArray()) {
					Load load = loads.of(sizes[i]);
					RequestCost.Cost base = RequestCost.measure(none, load.calls(), load.threads(), executor);
					RequestCost.Cost cost = RequestCost.measure(filters.get(i), load.calls(), load.threads(), executor);
					if (round >= 0) {
						costs.get(i).add(cost.less(base).nanos());
					}
				}
			}
		}
		finally {
			executor.shutdown();
		}
		Slope slope = new Slope(axis, "a request: CPU ns more", "%.0f");
		for (int i = 0; i < sizes.length; i++) {
			slope.add(sizes[i], costs.get(i));
		}
		return slope.toString();
	}

	/** What is asked for, and by how many threads. */
	private record Load(Call[] calls, int threads) {
	}

	/** The load of a size. */
	private interface Loads {

		Load of(int size);

	}

}
