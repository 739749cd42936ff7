package io.gmicro.benchmarks;

import java.util.Arrays;

/**
 * Prints every table.
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
		System.out.println(ObserverCost.table());
		System.out.println(GrpcCost.table());
		System.out.println((Runtime.version().feature() >= VIRTUAL_THREADS) ? WatchdogCost.table()
				: "The watchdog is measured on virtual threads, from Java " + VIRTUAL_THREADS + " on");
		System.out.println(ProfilingCost.table());
	}

}
