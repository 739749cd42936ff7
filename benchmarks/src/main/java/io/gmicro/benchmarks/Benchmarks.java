package io.gmicro.benchmarks;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Measures the tables named as arguments, without any every table.
 */
final class Benchmarks {

	/** The file that the tables are written to, besides being printed. */
	private static final String RESULTS = "benchmarks.results";

	private Benchmarks() {
	}

	public static void main(String[] args) throws Exception {
		if (args.length > 0 && args[0].equals(Server.ARGUMENT)) {
			Server.serve(Arrays.copyOfRange(args, 1, args.length));
			return;
		}
		List<Table> tables = List.of(RequestCost.table(), GrowthCost.table(), ObserverCost.table(), NamingCost.table(),
				GrpcCost.table(), ScrapeCost.table(), WatchdogCost.table(), ProfilingCost.table(), ServiceCost.table(),
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
