package io.gmicro.benchmarks;

/**
 * Prints every table.
 */
final class Benchmarks {

	private static final int VIRTUAL_THREADS = 21;

	private Benchmarks() {
	}

	public static void main(String[] args) throws Exception {
		System.out.println(InFlightCost.table());
		System.out.println((Runtime.version().feature() >= VIRTUAL_THREADS) ? WatchdogCost.table()
				: "The watchdog is measured on virtual threads, from Java " + VIRTUAL_THREADS + " on");
	}

}
