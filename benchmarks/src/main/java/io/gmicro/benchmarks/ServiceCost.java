package io.gmicro.benchmarks;

import java.util.List;

/**
 * What a whole service costs with something and without it: two processes under the load
 * of wrk that follow one another, in rounds, either of the two first in turn.
 */
final class ServiceCost {

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
				ServiceProcess off = ServicePair.warm(jars, Variant.starter(WITHOUT_SPRING_OBSERVATION));
				ServiceProcess alike = ServicePair.warm(jars, Variant.starter(WITHOUT_SPRING_OBSERVATION));
				ServiceProcess on = ServicePair.warm(jars,
						Variant.starter("gmicro.metrics.enabled=true", WITHOUT_SPRING_OBSERVATION));
				ServiceProcess boot = ServicePair.warm(jars, Variant.actuatorAndPrometheus());
				ServiceProcess bare = ServicePair.warm(jars, Variant.starterWithoutActuator());
				ServiceProcess bareOn = ServicePair.warm(jars,
						Variant.starterWithoutActuator("gmicro.metrics.enabled=true"))) {
			List<ServicePair> pairs = List.of(new ServicePair("two services alike", off, alike),
					new ServicePair("gmicro, everything that is on by default, to off", off, on),
					new ServicePair("Spring Boot's http.server.requests, to off", off, boot),
					new ServicePair("without actuator: gmicro, to off", bare, bareOn),
					new ServicePair("actuator and the Prometheus registry, gmicro off, to without", bare, off));
			return ServicePair.measure(pairs);
		}
	}

}
