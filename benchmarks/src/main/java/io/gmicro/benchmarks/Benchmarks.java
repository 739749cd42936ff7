package io.gmicro.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * Prints the tables named as arguments, without any every table.
 */
final class Benchmarks {

	private static final int VIRTUAL_THREADS = 21;

	private Benchmarks() {
	}

	public static void main(String[] args) throws Exception {
		if (args.length > 0 && args[0].equals(Server.ARGUMENT)) {
			Server.serve(Arrays.copyOfRange(args, 1, args.length));
			return;
		}
		List<String> wanted = List.of(args);
		print("requests", wanted, RequestCost::table);
		print("observers", wanted, ObserverCost::table);
		print("naming", wanted, NamingCost::table);
		print("grpc", wanted, GrpcCost::table);
		print("scrape", wanted, ScrapeCost::table);
		print("watchdog", wanted, () -> (Runtime.version().feature() >= VIRTUAL_THREADS) ? WatchdogCost.table()
				: "The watchdog is measured on virtual threads, from Java " + VIRTUAL_THREADS + " on");
		print("profiling", wanted, ProfilingCost::table);
		print("service", wanted, ServiceCost::table);
		print("startup", wanted, StartupCost::table);
	}

	private static void print(String name, List<String> wanted, Callable<String> table) throws Exception {
		if (wanted.isEmpty() || wanted.contains(name)) {
			System.out.println(table.call());
		}
	}

}
