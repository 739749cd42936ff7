package io.gmicro.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What promtool and amtool say about the configuration in the repository, and that no
 * alert leaves whom it wakes without a word.
 */
class RulesTests {

	private static final Path RULES = PrometheusConfiguration.REPOSITORY.resolve("rules");

	private static final Path TESTS = PrometheusConfiguration.REPOSITORY.resolve("tests");

	private static final Path RUNBOOKS = Path.of("../docs/runbooks");

	private static final String RUNBOOK_URL = "https://example.com/gmicro/runbooks/";

	/** The one that is an alarm when it does not fire. */
	private static final String ALWAYS = "DeadMansSwitch";

	@TempDir
	private Path directory;

	@Test
	void configurationIsValid() throws Exception {
		accepted("promtool", "check", "config",
				PrometheusConfiguration.REPOSITORY.resolve("prometheus.yml").toString());
	}

	@Test
	void configurationOfAlertmanagerIsValid() throws Exception {
		accepted("amtool", "check-config", Alertmanager.CONFIGURATION.toString());
	}

	@ParameterizedTest
	@MethodSource("rules")
	void rulesAreValid(Path file) throws Exception {
		accepted("promtool", "check", "rules", file.toString());
	}

	@ParameterizedTest
	@MethodSource("tests")
	void rulesDoWhatTheirTestsSay(Path file) throws Exception {
		accepted("promtool", "test", "rules", file.toString());
	}

	private void accepted(String tool, String... arguments) throws Exception {
		Path nothing = Files.createTempFile(this.directory, "input", "");
		RealTools.Run run = RealTools.run(nothing, tool, arguments);
		assertThat(run.exitCode()).as(run.output()).isZero();
	}

	static Stream<Path> rules() throws IOException {
		return files(RULES, ".yml");
	}

	static Stream<Path> tests() throws IOException {
		return files(TESTS, ".yml");
	}

	private static Stream<Path> files(Path directory, String extension) throws IOException {
		try (Stream<Path> files = Files.list(directory)) {
			return files.filter((file) -> file.toString().endsWith(extension)).sorted().toList().stream();
		}
	}

	@Test
	void everyAlertSaysWhatItIsAndWhomItConcerns() throws Exception {
		for (JsonNode alert : alerts()) {
			String name = alert.path("alert").asString();
			assertThat(alert.path("annotations").propertyNames()).as(name)
				.containsExactlyInAnyOrder("summary", "description", "runbook_url");
			assertThat(alert.path("annotations")).as(name)
				.allSatisfy((text) -> assertThat(text.asString()).isNotBlank());
			assertThat(alert.at("/annotations/runbook_url").asString()).isEqualTo(RUNBOOK_URL + name + ".md");
			List<String> severities = name.equals(ALWAYS) ? List.of("none") : List.of("page", "ticket");
			assertThat(alert.at("/labels/severity").asString()).as(name).isIn(severities);
		}
	}

	@Test
	void everyAlertHasARunbookAndEveryRunbookAnAlert() throws Exception {
		Set<String> runbooks = new TreeSet<>();
		files(RUNBOOKS, ".md").forEach((file) -> runbooks.add(file.getFileName().toString()));
		assertThat(runbooks.remove("README.md")).isTrue();
		assertThat(runbooks).isEqualTo(names(".md"));
		String index = Files.readString(RUNBOOKS.resolve("README.md"));
		assertThat(runbooks).allSatisfy((runbook) -> assertThat(index).contains("](" + runbook + ")"));
	}

	@Test
	void everyRunbookHasCommandsCausesAndFalsePositives() throws Exception {
		for (String runbook : names(".md")) {
			assertThat(Files.readAllLines(RUNBOOKS.resolve(runbook))).as(runbook)
				.contains("# " + runbook.replace(".md", ""), "## What it means", "## First three commands",
						"## Usual causes", "## False positives");
		}
	}

	@Test
	void everyAlertIsTestedToFireAndNotToFire() throws Exception {
		Set<String> fires = new TreeSet<>();
		Set<String> silent = new TreeSet<>();
		for (Path file : tests().toList()) {
			for (JsonNode test : PrometheusConfiguration.read(file).path("tests")) {
				for (JsonNode expected : test.path("alert_rule_test")) {
					(expected.path("exp_alerts").isEmpty() ? silent : fires).add(expected.path("alertname").asString());
				}
			}
		}
		Set<String> names = names("");
		assertThat(fires).containsAll(names);
		names.remove(ALWAYS);
		assertThat(silent).containsAll(names);
	}

	@Test
	void alertKnowsTheLimitOfSamples() throws Exception {
		Set<Integer> limits = new TreeSet<>();
		PrometheusConfiguration.read(PrometheusConfiguration.REPOSITORY.resolve("prometheus.yml"))
			.path("scrape_configs")
			.forEach((job) -> limits.add(job.path("sample_limit").asInt()));
		assertThat(limits).hasSize(1);
		assertThat(alerts()).extracting((alert) -> alert.path("expr").asString())
			.contains("scrape_samples_post_metric_relabeling > 0.8 * " + limits.iterator().next());
	}

	private static Set<String> names(String suffix) throws IOException {
		Set<String> names = new TreeSet<>();
		alerts().forEach((alert) -> names.add(alert.path("alert").asString() + suffix));
		return names;
	}

	private static List<JsonNode> alerts() throws IOException {
		return all().filter((rule) -> rule.has("alert")).toList();
	}

	/** Names of metrics that rules of the repository read and that no rule records. */
	static Set<String> metrics() throws IOException {
		Pattern name = Pattern
			.compile("(?<![:\\w])(gmicro|http_server|rpc_server|prometheus|scrape|up)(_[a-z_]+)?(?![-:\\w\"])");
		Set<String> names = new TreeSet<>();
		all().forEach((rule) -> name.matcher(rule.path("expr").asString())
			.results()
			.forEach((match) -> names.add(match.group())));
		return names;
	}

	private static Stream<JsonNode> all() throws IOException {
		Stream.Builder<JsonNode> rules = Stream.builder();
		for (Path file : rules().toList()) {
			PrometheusConfiguration.read(file)
				.path("groups")
				.forEach((group) -> group.path("rules").forEach(rules::add));
		}
		return rules.build();
	}

}
