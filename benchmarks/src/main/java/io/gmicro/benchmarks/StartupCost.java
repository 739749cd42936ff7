package io.gmicro.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What starting an application costs, and what it holds once it has answered a request:
 * variants that are started in turn, in rounds.
 */
final class StartupCost {

	/** The first only fills the caches of the operating system. */
	private static final int ROUNDS = 1 + 5;

	private StartupCost() {
	}

	static Table table() {
		return new Table("startup", "Start-up",
				"""
						An application of one route with Tomcat, `-Xmx256m -XX:+UseSerialGC`, started in a process of its own; medians (lowest to
						highest) of 5 rounds of all variants in turn, after a first that only fills caches. Heap, metaspace and threads are those
						after the first answer and a collection; differences are between starts of the same round.
						""",
				StartupCost::rows);
	}

	private static String rows() throws Exception {
		Starts webMvc = new Starts("Spring MVC alone", Variant.webMvc());
		Starts actuator = new Starts("with actuator and Prometheus", Variant.actuatorAndPrometheus());
		Starts on = new Starts("with the starter, switched on", Variant.starter("gmicro.metrics.enabled=true"));
		Starts off = new Starts("with the starter, not switched on", Variant.starter());
		Starts bare = new Starts("with the starter without actuator, switched on",
				Variant.starterWithoutActuator("gmicro.metrics.enabled=true"));
		List<Starts> all = List.of(webMvc, actuator, on, off, bare);
		try (Jars jars = Jars.unpack()) {
			for (int round = 0; round < ROUNDS; round++) {
				for (Starts variant : all) {
					variant.add(Start.of(jars, variant.variant()));
				}
			}
		}
		StringBuilder table = new StringBuilder("| median (lowest to highest) | started, s | of that on a processor, s "
				+ "| processor time of the process to the first answer, s | heap, MB | metaspace, MB | threads |\n|---|---|---|---|---|---|---|\n");
		all.forEach((variant) -> table.append(row(variant.name(), "", variant.measured())));
		table.append(row("more: actuator and Prometheus than Spring MVC alone", "+", actuator.minus(webMvc)));
		table.append(row("more: the starter than actuator and Prometheus", "+", on.minus(actuator)));
		table.append(row("more: the starter, not switched on, than those", "+", off.minus(actuator)));
		table.append(row("more: the starter without actuator than Spring MVC alone", "+", bare.minus(webMvc)));
		return table.toString();
	}

	private static String row(String name, String sign, List<Start> starts) {
		return String.join(" | ", "| " + name,
				Spread.of("%" + sign + ".2f", starts.stream().map(Start::seconds).toList()),
				Spread.of("%" + sign + ".2f", starts.stream().map(Start::busySeconds).toList()),
				Spread.of("%" + sign + ".2f", starts.stream().map(Start::cpuSeconds).toList()),
				Spread.of("%" + sign + ".1f", starts.stream().map(Start::heap).toList()),
				Spread.of("%" + sign + ".1f", starts.stream().map(Start::metaspace).toList()),
				Spread.of("%" + sign + ".0f", starts.stream().map(Start::threads).toList())) + " |\n";
	}

	/**
	 * The starts of a variant, one a round.
	 */
	private record Starts(String name, Variant variant, List<Start> all) {

		Starts(String name, Variant variant) {
			this(name, variant, new ArrayList<>());
		}

		void add(Start start) {
			this.all.add(start);
		}

		List<Start> measured() {
			return this.all.subList(1, ROUNDS);
		}

		/** Round by round. */
		List<Start> minus(Starts base) {
			return IntStream.range(1, ROUNDS)
				.mapToObj((round) -> this.all.get(round).minus(base.all.get(round)))
				.toList();
		}

	}

	/**
	 * One start.
	 *
	 * @param seconds until the application was ready
	 * @param busySeconds what of that the thread that starts it was on a processor
	 * @param cpuSeconds of the process until the first answer
	 * @param heap in use after a collection, in megabytes
	 * @param metaspace in use, in megabytes
	 * @param threads of Java
	 */
	private record Start(double seconds, double busySeconds, double cpuSeconds, double heap, double metaspace,
			double threads) {

		static Start of(Jars jars, Variant variant) throws IOException, InterruptedException {
			try (ServiceProcess service = ServiceProcess.start(jars, variant)) {
				double cpu = service.cpu().toNanos() / 1e9;
				Map<String, Long> counters = service.counters();
				return new Start(service.startup().toNanos() / 1e9, service.startupCpu().toNanos() / 1e9, cpu,
						sum(counters, "sun\\.gc\\.generation\\.\\d\\.space\\.\\d\\.used") / 1e6,
						sum(counters, "sun\\.gc\\.metaspace\\.used") / 1e6, sum(counters, "java\\.threads\\.live"));
			}
		}

		Start minus(Start base) {
			return new Start(this.seconds - base.seconds, this.busySeconds - base.busySeconds,
					this.cpuSeconds - base.cpuSeconds, this.heap - base.heap, this.metaspace - base.metaspace,
					this.threads - base.threads);
		}

		private static double sum(Map<String, Long> counters, String names) {
			return counters.entrySet()
				.stream()
				.filter((counter) -> counter.getKey().matches(names))
				.mapToLong(Map.Entry::getValue)
				.sum();
		}

	}

}
