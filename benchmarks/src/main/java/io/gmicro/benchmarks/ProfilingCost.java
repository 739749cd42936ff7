package io.gmicro.benchmarks;

import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

import org.jspecify.annotations.Nullable;

/**
 * What profiles cost a service under load: the processor time of its process for each
 * request, as a ratio of two phases that follow one another. Pairs of phases in turn.
 */
final class ProfilingCost {

	private static final int PAIRS = 5;

	private static final int CLIENTS = 4;

	private static final int WARM_UP = 40_000;

	private static final int REQUESTS = 20_000;

	/** As long as a scraper's that profiles without a break. */
	private static final String PROFILE = "/debug/pprof/profile?seconds=14";

	private ProfilingCost() {
	}

	static Table table() {
		return new Table("profiling", "Profiles",
				"""
						Processor time of a service's process for a request, as a ratio of phases that follow one another, each phase between
						two of its base; medians (lowest to highest) of 5 rounds, four clients on loopback. Two services alike say what the
						rest is worth.
						""",
				ProfilingCost::rows);
	}

	private static String rows() throws Exception {
		try (Server plain = Server.start("gmicro.metrics.enabled=true");
				Server plainToo = Server.start("gmicro.metrics.enabled=true");
				Server enabled = Server.start("gmicro.metrics.enabled=true", "gmicro.pprof.enabled=true",
						"gmicro.diagnostics.access=unrestricted");
				Server history = Server.start("gmicro.metrics.enabled=true", "gmicro.pprof.enabled=true",
						"gmicro.diagnostics.access=unrestricted", "gmicro.pprof.history.enabled=true")) {
			nanos(plain, WARM_UP);
			nanos(plainToo, WARM_UP);
			nanos(enabled, WARM_UP);
			nanos(history, WARM_UP);
			enabled.get("/debug/pprof/profile?seconds=1");
			return "| processor time of a request, ratio | median (lowest to highest) |\n|---|---|\n"
					+ row("two services alike", () -> nanos(plainToo, REQUESTS), plain)
					+ row("pprof enabled and idle, to off", () -> nanos(enabled, REQUESTS), plain)
					+ row("with the history, to off", () -> duringWindow(history), plain)
					+ row("with the history, to pprof enabled and idle", () -> duringWindow(history), enabled)
					+ row("during a CPU profile, to none", () -> profiled(enabled), enabled)
					+ row("with waits counted for block, to off", () -> {
						enabled.get("/debug/pprof/block");
						return nanos(enabled, REQUESTS);
					}, plain);
		}
	}

	/** Each phase of interest between two of the base. */
	private static String row(String what, Cost cost, Server base) throws Exception {
		double[] ratios = new double[PAIRS];
		for (int pair = 0; pair < PAIRS; pair++) {
			double before = nanos(base, REQUESTS);
			double measured = cost.measure();
			ratios[pair] = 2 * measured / (before + nanos(base, REQUESTS));
		}
		Arrays.sort(ratios);
		return String.format(Locale.ROOT, "| %s | %.3f (%.3f to %.3f) |%n", what, ratios[PAIRS / 2], ratios[0],
				ratios[PAIRS - 1]);
	}

	/** Requests for as long as a profile is collected, turning it into bytes included. */
	private static double profiled(Server server) throws Exception {
		ExecutorService profiler = Executors.newSingleThreadExecutor();
		try {
			long before = server.cpu().toNanos();
			Future<byte[]> profile = profiler.submit(() -> server.get(PROFILE));
			long requests = send(server, Long.MAX_VALUE, profile);
			profile.get();
			return (double) (server.cpu().toNanos() - before) / requests;
		}
		finally {
			profiler.shutdown();
		}
	}

	/** Requests for as long as a window of the history, in which one window ends. */
	private static double duringWindow(Server server) throws Exception {
		ExecutorService timer = Executors.newSingleThreadExecutor();
		try {
			long before = server.cpu().toNanos();
			Future<?> window = timer.submit(() -> {
				TimeUnit.SECONDS.sleep(30);
				return null;
			});
			long requests = send(server, Long.MAX_VALUE, window);
			return (double) (server.cpu().toNanos() - before) / requests;
		}
		finally {
			timer.shutdown();
		}
	}

	private static double nanos(Server server, int requests) throws Exception {
		long before = server.cpu().toNanos();
		long sent = send(server, requests, null);
		return (double) (server.cpu().toNanos() - before) / sent;
	}

	private static long send(Server server, long requests, @Nullable Future<?> until) throws Exception {
		LongAdder sent = new LongAdder();
		AtomicBoolean failed = new AtomicBoolean();
		ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
		for (int client = 0; client < CLIENTS; client++) {
			clients.submit(() -> {
				try {
					for (long i = 0; i < requests / CLIENTS && (until == null || !until.isDone()); i++) {
						server.get("/orders/" + i % 1000);
						sent.increment();
					}
				}
				catch (Exception ex) {
					failed.set(true);
				}
			});
		}
		clients.shutdown();
		if (!clients.awaitTermination(10, TimeUnit.MINUTES) || failed.get()) {
			throw new IllegalStateException("A request failed");
		}
		return sent.sum();
	}

	/**
	 * Processor time of a request.
	 */
	@FunctionalInterface
	private interface Cost {

		double measure() throws Exception;

	}

}
