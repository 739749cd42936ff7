package io.gmicro.benchmarks;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.gmicro.scrape.InspectableRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import jakarta.servlet.Filter;

/**
 * How the cost of a scrape and the memory grow with what is kept.
 */
final class ScrapeGrowth {

	private static final int[] LINES = { 100, 1_000, 10_000, 100_000 };

	private static final int[] ROUTES = { 100, 1_000, 10_000 };

	private static final int TIMES = 3;

	private static final long SETTLED = 4096;

	private ScrapeGrowth() {
	}

	static String costs() throws Exception {
		List<String> tables = new ArrayList<>();
		for (boolean gzip : new boolean[] { false, true }) {
			String what = gzip ? "a scrape, gzip: " : "a scrape: ";
			Slope nanos = new Slope("lines", what + "CPU ns a line", "%.0f");
			Slope bytes = new Slope("lines", what + "bytes allocated a line", "%.1f");
			for (int lines : LINES) {
				InspectableRegistry registry = new InspectableRegistry();
				int written = ScrapeCost.fill(Registries.ours(registry), lines);
				List<ScrapeCost.Cost> costs = ScrapeCost.costs(registry, lines, gzip);
				nanos.add(lines, costs.stream().map((cost) -> cost.nanos() / written).toList());
				bytes.add(lines, costs.stream().map((cost) -> cost.bytes() / written).toList());
			}
			tables.add(nanos.toString());
			tables.add(bytes.toString());
		}
		return String.join(System.lineSeparator(), tables);
	}

	static String memory() throws Exception {
		StringBuilder table = new StringBuilder(
				"| routes | gmicro's registry: bytes a line | Micrometer's: bytes a line "
						+ "| full set: bytes a line | full set: bytes a route |\n|---:|---|---|---|---|\n");
		for (int routes : ROUTES) {
			List<Kept> ours = kept(routes, () -> registry(Registries.ours(new InspectableRegistry())));
			List<Kept> micrometers = kept(routes, () -> registry(ScrapeCost.micrometers(new PrometheusRegistry())));
			List<Kept> full = kept(routes, ScrapeGrowth::fullSet);
			table.append(String.format(Locale.ROOT, "| %,d | %s | %s | %s | %s |%n", routes, bytesALine(ours),
					bytesALine(micrometers), bytesALine(full),
					Spread.of("%.0f", full.stream().map((kept) -> kept.bytes() / routes).toList())));
		}
		return table.toString();
	}

	private static Growing registry(PrometheusMeterRegistry registry) {
		return (routes) -> {
			ScrapeCost.fillRoutes(registry, routes);
			return registry;
		};
	}

	private static Growing fullSet() {
		PrometheusMeterRegistry registry = Registries.ours();
		Filter filter = RequestContenders.fullSet(registry, 1 + ROUTES[ROUTES.length - 1]);
		return (routes) -> {
			RequestCost.serve(filter, Call.of(routes, 1), routes);
			return registry;
		};
	}

	private static String bytesALine(List<Kept> kept) {
		return Spread.of("%.0f", kept.stream().map((each) -> each.bytes() / each.lines()).toList());
	}

	/** None is let go of before the last is weighed, lest that count as well. */
	private static List<Kept> kept(int routes, Supplier<Growing> source) throws Exception {
		List<Growing> all = Stream.generate(source).limit(TIMES).toList();
		List<Kept> kept = new ArrayList<>();
		for (Growing growing : all) {
			kept.add(kept(routes, growing));
		}
		Reference.reachabilityFence(all);
		return kept;
	}

	/** What is there once, and what is made with the first route, weighs nothing. */
	private static Kept kept(int routes, Growing growing) throws Exception {
		long lines = lines(growing.upTo(1));
		long before = heap();
		PrometheusMeterRegistry registry = growing.upTo(1 + routes);
		long bytes = heap() - before;
		return new Kept(bytes, lines(registry) - lines);
	}

	private static long lines(PrometheusMeterRegistry registry) {
		return registry.scrape().lines().filter((line) -> !line.startsWith("#")).count();
	}

	/** Once it stays the same: threads that look after what was let go of end later. */
	private static long heap() throws InterruptedException {
		long used = 0;
		long before = Long.MAX_VALUE;
		for (int i = 0; i < 20 && Math.abs(before - used) > SETTLED; i++) {
			TimeUnit.MILLISECONDS.sleep(200);
			System.gc();
			before = used;
			used = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
		}
		return used;
	}

	private record Kept(double bytes, long lines) {
	}

	/** Grows by what it is asked for, and keeps it in its registry. */
	private interface Growing {

		PrometheusMeterRegistry upTo(int routes) throws Exception;

	}

}
