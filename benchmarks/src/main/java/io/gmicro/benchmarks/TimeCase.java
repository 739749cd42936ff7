package io.gmicro.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Load of one route of {@link TruthApplication} by a number of clients. Each client sends
 * its next request immediately. If that would demand more than 0.8 of one processor,
 * driver, database and slow server included, clients pause for a random time between two
 * requests.
 *
 * @param kind the first segment of the route
 * @param ms how long a phase is
 * @param atOnce the number of clients
 * @param cpuMicros how long the CPU phase of a mix is
 * @param saturated whether clients never pause
 */
record TimeCase(String kind, int ms, int atOnce, long cpuMicros, boolean saturated) {

	private static final double PROCESSORS = 0.8;

	/** CPU time of a request outside its phases. */
	private static final double OVERHEAD_MS = 0.3;

	/** CPU time of a call to the database or to the slow server. */
	private static final double CALL_MS = 0.35;

	private static final double GC_MS = 50;

	private static final int MAX_REQUESTS = 100_000;

	/** In a mix, more clients have a shorter CPU phase. */
	static TimeCase of(String kind, int ms, int atOnce) {
		return new TimeCase(kind, ms, atOnce, Math.round(1e3 * ms * Math.min(1, 3.0 / atOnce)), false);
	}

	/** CPU phases are as long as the others. */
	static TimeCase saturated(int ms, int atOnce) {
		return new TimeCase("mix", ms, atOnce, 1000L * ms, true);
	}

	String route() {
		return "/" + this.kind + "/{ms}";
	}

	String describe() {
		return String.format(Locale.ROOT, "`%s`, phases of %,d ms, %d at once%s", route(), this.ms, this.atOnce,
				this.saturated ? ", saturated" : "");
	}

	private double durationMs() {
		return switch (this.kind) {
			case "mix" -> 4 * this.ms + this.cpuMicros / 1e3;
			case "gc" -> this.ms + GC_MS;
			default -> this.ms;
		};
	}

	private double costMs() {
		return OVERHEAD_MS + switch (this.kind) {
			case "mix" -> 2 * CALL_MS + this.cpuMicros / 1e3;
			case "database", "http_client" -> CALL_MS;
			case "cpu" -> this.ms;
			case "gc" -> GC_MS;
			default -> 0;
		};
	}

	private double pauseMs() {
		return this.saturated ? 0 : Math.max(0, this.atOnce * costMs() / PROCESSORS - durationMs());
	}

	/**
	 * Send requests for the given time and wait until all have ended.
	 * @param server the application
	 * @param seconds for how long requests are sent
	 * @return the number of requests
	 */
	long run(Server server, double seconds) throws Exception {
		long end = System.nanoTime() + (long) (seconds * 1e9);
		ExecutorService clients = Executors.newFixedThreadPool(this.atOnce);
		try {
			Callable<Long> client = () -> send(server, end);
			List<Future<Long>> sent = new ArrayList<>();
			for (int i = 0; i < this.atOnce; i++) {
				sent.add(clients.submit(client));
			}
			long requests = 0;
			for (Future<Long> future : sent) {
				requests += future.get();
			}
			return requests;
		}
		finally {
			clients.shutdownNow();
		}
	}

	private long send(Server server, long end) throws Exception {
		String path = "/" + this.kind + "/" + this.ms + "?cpuMicros=" + this.cpuMicros;
		// So that clients are in different phases
		double pauseMs = ThreadLocalRandom.current().nextDouble(durationMs() + pauseMs());
		for (long requests = 0; requests < MAX_REQUESTS; requests++) {
			long left = end - System.nanoTime();
			TimeUnit.NANOSECONDS.sleep(Math.min((long) (pauseMs * 1e6), left));
			if (System.nanoTime() >= end) {
				return requests;
			}
			server.get(path);
			pauseMs = -pauseMs() * Math.log(1 - ThreadLocalRandom.current().nextDouble());
		}
		return MAX_REQUESTS;
	}

}
