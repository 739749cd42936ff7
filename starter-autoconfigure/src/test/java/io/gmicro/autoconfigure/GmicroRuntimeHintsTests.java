package io.gmicro.autoconfigure;

import java.util.List;

import io.gmicro.custom.CustomMetric;
import io.gmicro.slo.ServiceLevelObjective;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.support.SpringFactoriesLoader;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a native image is told, as far as that can be known on a JVM.
 */
class GmicroRuntimeHintsTests {

	private final RuntimeHints hints = new RuntimeHints();

	GmicroRuntimeHintsTests() {
		List<RuntimeHintsRegistrar> found = SpringFactoriesLoader.forResourceLocation("META-INF/spring/aot.factories")
			.load(RuntimeHintsRegistrar.class)
			.stream()
			.filter(GmicroRuntimeHints.class::isInstance)
			.toList();
		assertThat(found).hasSize(1);
		found.get(0).registerHints(this.hints, getClass().getClassLoader());
	}

	@Test
	void typesThatAreBoundCanBeMade() {
		for (Class<?> type : List.of(GmicroProperties.class, GmicroProperties.SlowRequestsEndpoint.class,
				CustomMetric.class, ServiceLevelObjective.class)) {
			assertThat(RuntimeHintsPredicates.reflection().onConstructorInvocation(type.getDeclaredConstructors()[0]))
				.as(type.getName())
				.accepts(this.hints);
		}
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "io/gmicro/diagnostics/style.css", "io/gmicro/pprof/style.css", "io/gmicro/console/style.css" })
	void stylesheetsAreThere(String resource) {
		assertThat(new ClassPathResource(resource).exists()).isTrue();
		assertThat(RuntimeHintsPredicates.resource().forResource(resource)).accepts(this.hints);
	}

	@Test
	void methodsOfContainersCanBeFound() throws Exception {
		assertThat(RuntimeHintsPredicates.reflection()
			.onMethodInvocation(org.apache.catalina.connector.Response.class.getMethod("getContentWritten")))
			.accepts(this.hints);
	}

}
