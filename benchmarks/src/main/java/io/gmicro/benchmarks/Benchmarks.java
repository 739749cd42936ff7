package io.gmicro.benchmarks;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Measures the tables named as arguments, without any every table. With the first
 * argument {@code time-truth}, compares the time by activity with the truth.
 */
final class Benchmarks {

	/** The file that the tables are written to, besides being printed. */
	private static final String RESULTS = "benchmarks.results";

	private Benchmarks() {
	}

	public static void main(String[] args) throws Exception {
		String first = (args.length > 0) ? args[0] : "";
		String[] rest = Arrays.copyOfRange(args, Math.min(1, args.length), args.length);
		switch (first) {
			case Server.ARGUMENT -> Server.serve(rest);
			case TruthApplication.ARGUMENT -> TruthApplication.serve(rest);
			case InFlight.ARGUMENT -> InFlight.hold(rest);
			case TimeTruth.NAME -> compare(List.of(rest));
			default -> measure(args);
		}
	}

	/** Exits with 1 on a violation. Only a complete comparison is kept as a result. */
	private static void compare(List<String> options) throws Exception {
		TimeTruth comparison = new TimeTruth(options);
		new Results(options.isEmpty() ? path(System.getProperty(RESULTS)) : null).add(comparison.table());
		if (comparison.violations() > 0) {
			System.err.println("Violations: " + comparison.violations());
			System.exit(1);
		}
	}

	private static void measure(String... args) throws Exception {
		List<Table> tables = List.of(RequestCost.table(), GrowthCost.table(), ObserverCost.table(), NamingCost.table(),
				GrpcCost.table(), ScrapeCost.table(), SamplingCost.table(), ProfilingCost.table(), ServiceCost.table(),
				StartupCost.table());
		List<String> names = tables.stream().map(Table::name).toList();
		List<String> wanted = (args.length > 0) ? List.of(args) : names;
		if (!names.containsAll(wanted)) {
			System.err.println("There are only the tables " + String.join(", ", names));
			System.exit(1);
		}
		Results results = new Results(path(System.getProperty(RESULTS)));
		for (Table table : tables) {
			if (wanted.contains(table.name())) {
				results.add(table);
			}
		}
	}

	private static @Nullable Path path(@Nullable String file) {
		return (file != null) ? Path.of(file) : null;
	}

}
