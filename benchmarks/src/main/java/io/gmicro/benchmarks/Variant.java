package io.gmicro.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * An application to be measured: which jars it does not have, and how it is configured.
 *
 * @param absent what the names of jars that are not on its class path begin with
 * @param properties its configuration
 */
record Variant(List<String> absent, List<String> properties) {

	/** What gmicro's starter has of its own. */
	private static final List<String> GMICRO = List.of("gmicro-", "jfr-converter-");

	/** What spring-boot-starter-actuator brings. */
	private static final List<String> ACTUATOR = List.of("spring-boot-actuator-", "spring-boot-health-",
			"spring-boot-micrometer-", "micrometer-jakarta9-");

	private static final List<String> PROMETHEUS = List.of("micrometer-core-", "micrometer-registry-prometheus-",
			"prometheus-metrics-", "HdrHistogram-");

	/** What only other benchmarks need. */
	private static final List<String> OTHERS = List.of("grpc-", "guava-", "hash4j-", "postgresql-", "spring-test-");

	/** Spring MVC and nothing else. */
	static Variant webMvc() {
		return with(GMICRO, ACTUATOR, PROMETHEUS);
	}

	static Variant actuatorAndPrometheus() {
		return with(GMICRO);
	}

	static Variant starter(String... properties) {
		return with().configured(properties);
	}

	static Variant starterWithoutActuator(String... properties) {
		return with(ACTUATOR).configured(properties);
	}

	@SafeVarargs
	private static Variant with(List<String>... absent) {
		return new Variant(Stream.concat(Stream.of(OTHERS), Arrays.stream(absent)).flatMap(List::stream).toList(),
				List.of());
	}

	private Variant configured(String... properties) {
		return new Variant(this.absent, List.of(properties));
	}

	boolean has(String jar) {
		return this.absent.stream().noneMatch(jar::startsWith);
	}

	List<String> arguments() {
		List<String> arguments = new ArrayList<>();
		this.properties.forEach((property) -> arguments.add("--" + property));
		return arguments;
	}

}
