package io.gmicro.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Cost of sampling requests in flight: CPU time of the sampler, gaps of a running thread,
 * and throughput of a whole service.
 */
final class SamplingCost {

	private static final int VIRTUAL_THREADS = 21;

	private static final String ON = "gmicro.sampling.enabled=true";

	private static final String OFF = "gmicro.sampling.enabled=false";

	private static final int PAIRS = 5;

	private SamplingCost() {
	}

	static Table table() {
		return new Table("sampling-cost", "Sampling",
				"""
						An application in a separate process with waiting requests in flight, 60 frames deep: on platform threads, and 10,000
						on virtual threads, or asynchronous without a thread before Java 21. CPU time of the thread `gmicro-sampler` over
						wall-clock time, in five rounds of four seconds. Then a running thread that only reads the clock, beside 40 requests
						on platform threads: the sum of its gaps longer than 50 µs over wall-clock time, in five pairs of processes, 10 s each,
						with and without sampling, in alternating order. A gap in which the thread waits for a processor may come from other
						processes, so the difference is given without that wait, too. Then a service with metrics under wrk as in the table
						"A whole service", with sampling compared to without.
						""",
				SamplingCost::rows);
	}

	private static String rows() throws Exception {
		return thread() + "\n" + standstill() + "\n" + service();
	}

	private static String thread() throws IOException {
		StringBuilder table = new StringBuilder(
				"| requests in flight | with | sampler, % of one core, median (lowest to highest) |\n|---:|---|---|\n");
		String many = (Runtime.version().feature() < VIRTUAL_THREADS) ? "async" : "virtual";
		for (int count : new int[] { 0, 10, 1_000, 10_000 }) {
			String kind = (count < 10_000) ? "platform" : many;
			List<Double> shares = InFlight.measure(kind, count, PAIRS, 4, false, ON)
				.stream()
				.map(InFlight::sampler)
				.toList();
			table.append(String.format(Locale.ROOT, "| %,d | %s | %s |%n", count, kind, sampler(shares)));
		}
		return table.toString();
	}

	private static String sampler(List<Double> shares) {
		return shares.contains(Double.NaN) ? "not measured: no thread `gmicro-sampler` found"
				: Spread.of("%.2f", shares);
	}

	private static String standstill() throws IOException {
		List<Double> without = new ArrayList<>();
		List<Double> with = new ArrayList<>();
		List<Double> more = new ArrayList<>();
		List<Double> stopped = new ArrayList<>();
		List<Double> shares = new ArrayList<>();
		for (int pair = 0; pair < PAIRS; pair++) {
			InFlight first = running((pair % 2 == 0) ? OFF : ON);
			InFlight second = running((pair % 2 == 0) ? ON : OFF);
			InFlight off = (pair % 2 == 0) ? first : second;
			InFlight on = (pair % 2 == 0) ? second : first;
			without.add(off.standstill());
			with.add(on.standstill());
			more.add(on.standstill() - off.standstill());
			stopped.add(on.stopped() - off.stopped());
			shares.add(on.sampler());
		}
		return "| a running thread stands still, % of the time, without sampling | with | difference, points | "
				+ "difference without waits for a processor, points | sampler, % of one core |\n|---|---|---|---|---|\n"
				+ String.join(" | ", "| " + Spread.of("%.2f", without), Spread.of("%.2f", with),
						Spread.of("%+.2f", more), Spread.of("%+.2f", stopped), sampler(shares))
				+ " |\n";
	}

	private static InFlight running(String property) throws IOException {
		return InFlight.measure("platform", 40, 1, 10, true, property).get(0);
	}

	private static String service() throws Exception {
		try (Jars jars = Jars.unpack();
				ServiceProcess off = warm(jars, OFF);
				ServiceProcess alike = warm(jars, OFF);
				ServiceProcess on = warm(jars, ON)) {
			return ServicePair.measure(List.of(new ServicePair("A/A baseline (noise), without sampling", off, alike),
					new ServicePair("with sampling, compared to without", off, on)));
		}
	}

	private static ServiceProcess warm(Jars jars, String property) throws Exception {
		return ServicePair.warm(jars, Variant.starter("gmicro.metrics.enabled=true", property));
	}

}
