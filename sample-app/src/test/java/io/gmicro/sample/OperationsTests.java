package io.gmicro.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The configurations that docs/operations.md shows are Prometheus', and do what it says.
 */
class OperationsTests {

	private static final Pattern YAML = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);

	private static final int SHARDS = 3;

	private static final int TARGETS = 60;

	@TempDir
	private Path directory;

	@Test
	void configurationsAreValid() throws Exception {
		List<String> configurations = configurations();
		assertThat(configurations).hasSize(2);
		for (String configuration : configurations) {
			Path file = Files.writeString(this.directory.resolve("prometheus.yml"), configuration);
			RealTools.Run run = promtool("check", "config", file.toString());
			assertThat(run.exitCode()).as(run.output()).isZero();
		}
	}

	@Test
	void everyTargetIsInOneShard() throws Exception {
		RealTools.find("promtool");
		List<String> addresses = IntStream.range(0, TARGETS).mapToObj((i) -> "10.0.0." + i + ":8081").toList();
		Files.createDirectory(this.directory.resolve("targets"));
		Files.writeString(this.directory.resolve("targets/all.yml"),
				new JsonMapper().writeValueAsString(List.of(new TargetGroup(addresses))));
		String configuration = configurations().get(0);
		assertThat(configuration).containsOnlyOnce("regex: \"1\"").containsOnlyOnce("modulus: " + SHARDS);
		List<CompletableFuture<List<String>>> shards = IntStream.range(0, SHARDS)
			.mapToObj((shard) -> CompletableFuture
				.supplyAsync(() -> kept(shard, configuration.replace("regex: \"1\"", "regex: \"" + shard + "\""))))
			.toList();
		List<String> kept = new ArrayList<>();
		for (CompletableFuture<List<String>> shard : shards) {
			assertThat(shard.join()).isNotEmpty();
			kept.addAll(shard.join());
		}
		assertThat(kept).containsExactlyInAnyOrderElementsOf(addresses);
	}

	/** The addresses that a shard would scrape. */
	private List<String> kept(int shard, String configuration) {
		try {
			Path file = Files.writeString(this.directory.resolve("shard-" + shard + ".yml"), configuration);
			String output = promtool("check", "service-discovery", "--timeout=1s", file.toString(),
					PrometheusConfiguration.SAMPLE)
				.output();
			// Its log is there as well
			String targets = output.substring(output.indexOf("[\n"), output.lastIndexOf("\n]") + 2);
			List<String> kept = new ArrayList<>();
			for (JsonNode target : new JsonMapper().readTree(targets)) {
				if (!target.path("labels").isEmpty()) {
					kept.add(target.at("/labels/instance").asString());
				}
			}
			return kept;
		}
		catch (Exception ex) {
			throw new AssertionError("Shard " + shard, ex);
		}
	}

	private RealTools.Run promtool(String... arguments) throws Exception {
		return RealTools.run(Files.createTempFile(this.directory, "empty", ".in"), "promtool", arguments);
	}

	private static List<String> configurations() throws IOException {
		return YAML.matcher(Files.readString(Path.of("../docs/operations.md")))
			.results()
			.map((MatchResult match) -> match.group(1))
			.toList();
	}

	/**
	 * As Prometheus reads it.
	 *
	 * @param targets host and port of each
	 */
	record TargetGroup(List<String> targets) {
	}

}
