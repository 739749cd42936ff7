package io.gmicro.slo;

import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How large the files are. What is in them is tested by promtool.
 */
class RuleFilesTests {

	private static final int SCENARIOS = 11;

	@TempDir
	private Path directory;

	@Test
	void testsGrowWithObjectivesOnlyInWhatTheyCompare() throws Exception {
		assertThat(tests(1, (i) -> "/" + i)).hasSize(SCENARIOS);
		assertThat(tests(20, (i) -> "/" + i)).hasSize(SCENARIOS)
			.allSatisfy((test) -> assertThat(String.valueOf(test.get("name"))).contains("o0, o1, ", ", o19"));
	}

	@Test
	void objectivesOfOneRouteAreTestedOneAfterTheOther() throws Exception {
		assertThat(tests(3, (i) -> "/")).hasSize(3 * SCENARIOS);
	}

	private List<Map<String, Object>> tests(int count, IntFunction<String> route) throws Exception {
		Map<String, ServiceLevelObjective> objectives = new LinkedHashMap<>();
		for (int i = 0; i < count; i++) {
			objectives.put("o" + i, new ServiceLevelObjective(route.apply(i), null, new BigDecimal("99.9"),
					Duration.ofMillis(100 + i), null));
		}
		RuleFiles.write(this.directory, "shop", "", objectives);
		Map<String, List<Map<String, Object>>> file = new Yaml()
			.load(Files.readString(this.directory.resolve("tests/slo.yml")));
		return Objects.requireNonNull(file.get("tests"));
	}

}
