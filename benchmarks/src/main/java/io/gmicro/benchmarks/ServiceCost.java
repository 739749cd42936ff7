package io.gmicro.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a whole service costs with something and without it: two processes under the load
 * of wrk that follow one another, in rounds, either of the two first in turn.
 */
final class ServiceCost {

	private static final int ROUNDS = 5;

	private static final int WARM_UP_SECONDS = 12;

	private static final int SECONDS = 5;

	/** Of all variants but the one that is to show what that filter costs. */
	private static final String WITHOUT_SPRING_OBSERVATION = "spring.autoconfigure.exclude="
			+ "org.springframework.boot.webmvc.autoconfigure.WebMvcObservationAutoConfiguration";

	private ServiceCost() {
	}

	static Table table() {
		return new Table("service", "A whole service",
				"""
						wrk, 32 connections of one thread, against a service of one route in a process of its own on loopback: JSON of some 200
						bytes, Tomcat, `-Xmx256m -XX:+UseSerialGC`; 5 pairs of 5 s that follow one another, either of the two first in turn,
						after 12 s of warm-up. Processor time is that of the service's process, user and system; Spring's observation filter is
						out of all but the row of its own, and two services alike say what the rest is worth.
						""",
				ServiceCost::rows);
	}

	private static String rows() throws Exception {
		try (Jars jars = Jars.unpack();
				ServiceProcess off = warm(jars, Variant.starter(WITHOUT_SPRING_OBSERVATION));
				ServiceProcess alike = warm(jars, Variant.starter(WITHOUT_SPRING_OBSERVATION));
				ServiceProcess on = warm(jars,
						Variant.starter("gmicro.metrics.enabled=true", WITHOUT_SPRING_OBSERVATION));
				ServiceProcess boot = warm(jars, Variant.actuatorAndPrometheus());
				ServiceProcess bare = warm(jars, Variant.starterWithoutActuator());
				ServiceProcess bareOn = warm(jars, Variant.starterWithoutActuator("gmicro.metrics.enabled=true"))) {
			List<Pair> pairs = List.of(new Pair("two services alike", off, alike),
					new Pair("gmicro, everything that is on by default, to off", off, on),
					new Pair("Spring Boot's http.server.requests, to off", off, boot),
					new Pair("without actuator: gmicro, to off", bare, bareOn),
					new Pair("actuator and the Prometheus registry, gmicro off, to without", bare, off));
			for (int round = 0; round < ROUNDS; round++) {
				for (Pair pair : pairs) {
					pair.measure(round % 2 == 0);
				}
			}
			StringBuilder table = new StringBuilder("| median (lowest to highest) | processor time of a request, "
					+ "µs without | µs more with | throughput, ratio |\n|---|---|---|---|\n");
			pairs.forEach((pair) -> table.append(pair.row()));
			return table.toString();
		}
	}

	private static ServiceProcess warm(Jars jars, Variant variant) throws IOException, InterruptedException {
		ServiceProcess service = ServiceProcess.start(jars, variant);
		Wrk.run(service, WARM_UP_SECONDS);
		return service;
	}

	/**
	 * A service with something, and one without it.
	 */
	private static final class Pair {

		private final String name;

		private final ServiceProcess without;

		private final ServiceProcess with;

		private final List<Double> micros = new ArrayList<>();

		private final List<Double> more = new ArrayList<>();

		private final List<Double> throughput = new ArrayList<>();

		Pair(String name, ServiceProcess without, ServiceProcess with) {
			this.name = name;
			this.without = without;
			this.with = with;
		}

		void measure(boolean withoutFirst) throws IOException, InterruptedException {
			Wrk first = Wrk.run(withoutFirst ? this.without : this.with, SECONDS);
			Wrk second = Wrk.run(withoutFirst ? this.with : this.without, SECONDS);
			add(withoutFirst ? first : second, withoutFirst ? second : first);
		}

		private void add(Wrk without, Wrk with) {
			this.micros.add(without.micros());
			this.more.add(with.micros() - without.micros());
			this.throughput.add(with.throughput() / without.throughput());
		}

		String row() {
			return String.join(" | ", "| " + this.name, Spread.of("%.1f", this.micros), Spread.of("%+.2f", this.more),
					Spread.of("%.3f", this.throughput)) + " |\n";
		}

	}

}
