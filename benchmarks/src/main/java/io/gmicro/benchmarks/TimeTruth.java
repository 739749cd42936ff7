package io.gmicro.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

import com.sun.management.OperatingSystemMXBean;

/**
 * Compares the time by activity in the metrics with the time that the requests of an
 * application in a separate process measured themselves, route by route.
 */
final class TimeTruth {

	static final String NAME = "time-truth";

	private static final int VIRTUAL_THREADS = 21;

	/** Nothing is in flight between rounds: each compares complete requests. */
	private static final int ROUNDS = 6;

	private static final OperatingSystemMXBean SYSTEM = (OperatingSystemMXBean) ManagementFactory
		.getOperatingSystemMXBean();

	private static final Map<String, String> DEFAULTS = Map.of("seconds", "60", "threads", "platform,virtual", "routes",
			"mix,sleep,lock,database,http_client,cpu,gc,saturated", "lengths", "", "at-once", "", "truth-only",
			"false");

	private final Map<String, String> options = new HashMap<>(DEFAULTS);

	private int violations;

	/**
	 * Choose what to compare.
	 * @param options {@code name=value}, with commas between several values, of
	 * {@code seconds} for each case, {@code threads}, {@code routes}, {@code lengths} of
	 * phases in milliseconds, {@code at-once} and {@code truth-only}
	 */
	TimeTruth(List<String> options) {
		for (String option : options) {
			String[] pair = option.split("=", 2);
			if (pair.length != 2 || !DEFAULTS.containsKey(pair[0])) {
				throw new IllegalArgumentException(
						option + ": " + NAME + " has the options " + new TreeSet<>(DEFAULTS.keySet()));
			}
			this.options.put(pair[0], pair[1]);
		}
	}

	Table table() {
		return new Table(NAME, "Time by activity, compared with the truth",
				"""
						Shares of the time of a route's requests by activity: true, as measured by each request itself, and estimated, from
						`%s`. The difference is that of all rounds together (lowest to highest of %d rounds).
						**Bold** marks a violation: beyond 3 points, or 5 points for phases shorter than 10 ms, and sums beyond 2 %% of the
						histogram's sum of durations. One route at a time for %s s, in a separate process (`-Xmx512m -XX:+UseSerialGC`) with
						a real PostgreSQL and a slow HTTP server on loopback. A mix has the phases lock, sleep, database, http_client and cpu in
						that order. Its CPU phase is shorter with more clients, and clients pause where needed, so that CPU demand stays below
						one processor. "saturated" demands more than two processors and is never a violation. The code of a database driver or an
						HTTP client belongs to `database` and `http_client`. On virtual threads `cpu` includes `runnable`.
						"""
					.formatted(TimeReading.METRIC, ROUNDS, this.options.get("seconds")),
				this::rows);
	}

	/** Number of figures beyond their limits, at least 1 without time metrics. */
	int violations() {
		return this.violations;
	}

	private List<String> list(String option, String otherwise) {
		String value = this.options.getOrDefault(option, "");
		return Arrays.asList((value.isEmpty() ? otherwise : value).split(","));
	}

	private boolean isTruthOnly() {
		return this.options.getOrDefault("truth-only", "").equals("true");
	}

	/** Few clients first: what is missing of many is added later. */
	private List<TimeCase> cases() {
		List<TimeCase> cases = new ArrayList<>();
		for (String kind : list("routes", "")) {
			boolean mix = kind.equals("mix");
			List<String> lengths = list("lengths", mix ? "1,10,50,1000" : kind.equals("gc") ? "50" : "10");
			for (String atOnce : kind.equals("saturated") ? List.of("16") : list("at-once", mix ? "1,8,64" : "8")) {
				for (String length : lengths) {
					int ms = Integer.parseInt(length);
					int clients = Math.min(Integer.parseInt(atOnce), TruthApplication.MAX_AT_ONCE);
					cases.add(kind.equals("saturated") ? TimeCase.saturated(ms, clients)
							: TimeCase.of(kind, ms, clients));
				}
			}
		}
		return cases;
	}

	private String rows() throws Exception {
		StringBuilder rows = new StringBuilder();
		try (Postgres postgres = Postgres.start(TruthApplication.MAX_AT_ONCE + 10); SlowHttp http = SlowHttp.start()) {
			for (String threads : list("threads", "")) {
				boolean virtual = threads.equals("virtual");
				rows.append("### ").append(virtual ? "Virtual" : "Platform").append(" threads\n\n");
				if (virtual && Runtime.version().feature() < VIRTUAL_THREADS) {
					rows.append("Not compared: virtual threads need Java 21.\n\n");
					continue;
				}
				try (Server server = Server.start(TruthApplication.ARGUMENT, "/truth", List.of("-XX:+UseSerialGC"),
						"gmicro.metrics.enabled=true", "spring.threads.virtual.enabled=" + virtual,
						"truth.database=" + postgres.url(), "truth.http=" + http.uri())) {
					rows.append(rows(server, virtual));
				}
			}
		}
		return rows.toString();
	}

	private String rows(Server server, boolean virtual) throws Exception {
		TimeCase warmUp = TimeCase.of("mix", 10, 8);
		warmUp.run(server, 10);
		if (!isTruthOnly() && settled(server, warmUp.route()).estimate().isEmpty()) {
			this.violations++;
			return "**No time metrics found**: `/metrics` has no `" + TimeReading.METRIC + "` for `" + warmUp.route()
					+ "`. Set `truth-only=true` to measure only the truth.\n\n";
		}
		StringBuilder rows = new StringBuilder();
		for (TimeCase timeCase : cases()) {
			String section = section(server, timeCase, virtual);
			System.err.println(section);
			rows.append(section);
		}
		return rows.toString();
	}

	/** After the last request has been recorded and sampled. */
	private static TimeReading settled(Server server, String route) throws IOException, InterruptedException {
		TimeUnit.MILLISECONDS.sleep(700);
		return TimeReading.of(server, route);
	}

	private String section(Server server, TimeCase timeCase, boolean virtual) throws Exception {
		timeCase.run(server, 2);
		double seconds = Double.parseDouble(list("seconds", "").get(0)) / ROUNDS;
		List<TimeReading> rounds = new ArrayList<>();
		long requests = 0;
		double sending = 0;
		TimeReading before = settled(server, timeCase.route());
		long begin = System.nanoTime();
		long cpu = server.cpu().toNanos();
		SYSTEM.getCpuLoad();
		for (int round = 0; round < ROUNDS; round++) {
			long start = System.nanoTime();
			requests += timeCase.run(server, seconds);
			sending += (System.nanoTime() - start) / 1e9;
			TimeReading after = settled(server, timeCase.route());
			rounds.add(virtual ? after.minus(before).withoutRunnable() : after.minus(before));
			before = after;
		}
		double whole = (System.nanoTime() - begin) / 1e9;
		TimeReading all = rounds.stream().reduce(TimeReading::plus).orElseThrow();
		String load = String.format(Locale.ROOT,
				"%,d requests, %.2f in flight on average, application %.2f processors, machine %.0f %% busy, "
						+ "%.1f looks and %.1f stacks a second, sampler %.2f %% of one processor",
				requests, all.total() / sending, (server.cpu().toNanos() - cpu) / 1e9 / sending,
				100 * SYSTEM.getCpuLoad(), all.sampler("looks_total") / whole, all.sampler("stacks_total") / whole,
				100 * all.sampler("cpu_seconds_total") / whole);
		return String.format(Locale.ROOT, "#### %s%n%n%s.%n%s%n%s%n", timeCase.describe(), load,
				sums(timeCase, all, rounds), activities(timeCase, all, rounds));
	}

	private String sums(TimeCase timeCase, TimeReading all, List<TimeReading> rounds) {
		String truth = mark(timeCase, 100 * (all.total() / all.durations() - 1), 2,
				String.format(Locale.ROOT, "%.3f", all.total() / all.durations()));
		if (all.estimate().isEmpty()) {
			return "Ratio to the sum of durations: truth " + truth + "; no time metrics found.\n";
		}
		String estimate = mark(timeCase, 100 * (all.estimated() / all.durations() - 1), 2,
				spread("%.3f", all.estimated() / all.durations(),
						rounds.stream().map((round) -> round.estimated() / round.durations()).toList()));
		return "Ratio to the sum of durations: truth " + truth + ", estimate " + estimate + ".\n";
	}

	private String activities(TimeCase timeCase, TimeReading all, List<TimeReading> rounds) {
		StringBuilder table = new StringBuilder(
				"| activity | true share, % | estimated, % | difference, points |\n|---|---:|---:|---|\n");
		Set<String> activities = new TreeSet<>(all.truth().keySet());
		activities.addAll(all.estimate().keySet());
		activities.remove(Truth.TOTAL);
		for (String activity : activities) {
			String estimate = "–";
			String difference = "–";
			if (!all.estimate().isEmpty()) {
				estimate = String.format(Locale.ROOT, "%.1f", all.estimatedShare(activity));
				difference = mark(timeCase, all.difference(activity), (timeCase.ms() < 10) ? 5 : 3, spread("%+.1f",
						all.difference(activity), rounds.stream().map((round) -> round.difference(activity)).toList()));
			}
			table.append(String.format(Locale.ROOT, "| %s | %.1f | %s | %s |%n", activity, all.trueShare(activity),
					estimate, difference));
		}
		return table.toString();
	}

	private String mark(TimeCase timeCase, double difference, double limit, String text) {
		// NaN is a violation, too
		if (Math.abs(difference) <= limit) {
			return text;
		}
		if (!timeCase.saturated()) {
			this.violations++;
		}
		return "**" + text + "**";
	}

	private static String spread(String format, double value, List<Double> rounds) {
		return String.format(Locale.ROOT, format + " (" + format + " to " + format + ")", value,
				rounds.stream().mapToDouble(Double::doubleValue).min().orElseThrow(),
				rounds.stream().mapToDouble(Double::doubleValue).max().orElseThrow());
	}

}
