package io.gmicro.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A service with a feature and one without it, under load from wrk in alternating order.
 */
final class ServicePair {

	private static final int ROUNDS = 5;

	private static final int WARM_UP_SECONDS = 12;

	private static final int SECONDS = 5;

	private final String name;

	private final ServiceProcess without;

	private final ServiceProcess with;

	private final List<Double> micros = new ArrayList<>();

	private final List<Double> more = new ArrayList<>();

	private final List<Double> throughput = new ArrayList<>();

	ServicePair(String name, ServiceProcess without, ServiceProcess with) {
		this.name = name;
		this.without = without;
		this.with = with;
	}

	static ServiceProcess warm(Jars jars, Variant variant) throws IOException, InterruptedException {
		ServiceProcess service = ServiceProcess.start(jars, variant);
		Wrk.run(service, WARM_UP_SECONDS);
		return service;
	}

	/** Measure all pairs in rounds and return a table with a row for each. */
	static String measure(List<ServicePair> pairs) throws IOException, InterruptedException {
		for (int round = 0; round < ROUNDS; round++) {
			for (ServicePair pair : pairs) {
				pair.measure(round % 2 == 0);
			}
		}
		StringBuilder table = new StringBuilder("| median (lowest to highest) | processor time of a request, "
				+ "µs without | µs more with | throughput, ratio |\n|---|---|---|---|\n");
		pairs.forEach((pair) -> table.append(pair.row()));
		return table.toString();
	}

	private void measure(boolean withoutFirst) throws IOException, InterruptedException {
		Wrk first = Wrk.run(withoutFirst ? this.without : this.with, SECONDS);
		Wrk second = Wrk.run(withoutFirst ? this.with : this.without, SECONDS);
		add(withoutFirst ? first : second, withoutFirst ? second : first);
	}

	private void add(Wrk without, Wrk with) {
		this.micros.add(without.micros());
		this.more.add(with.micros() - without.micros());
		this.throughput.add(with.throughput() / without.throughput());
	}

	private String row() {
		return String.join(" | ", "| " + this.name, Spread.of("%.1f", this.micros), Spread.of("%+.2f", this.more),
				Spread.of("%.3f", this.throughput)) + " |\n";
	}

}
