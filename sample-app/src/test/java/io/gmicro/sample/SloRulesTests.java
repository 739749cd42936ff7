package io.gmicro.sample;

import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import io.gmicro.slo.RuleFiles;
import io.gmicro.slo.ServiceLevelObjective;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The rules that {@code --gmicro.rules} writes, and what promtool says about them.
 */
class SloRulesTests {

	private static final Path COMMITTED = Path.of("../deploy/prometheus");

	private static final Path NO_INPUT = Path.of("/dev/null");

	private static final String RUNBOOK = "https://example.com/gmicro/runbooks/ErrorBudgetBurn.md";

	private static final String TEXT = "ab/{}[]():*.\\\"'`$%#&|>!?@,;=~^ \u00e9\u2028\ud83d\ude00-_0";

	private static final String TEMPLATE_TEST = """
			rule_files: [rules/slo.yml]
			tests:
			  - interval: 1m
			    input_series:
			      - series: 'http_server_request_duration_seconds_count{job="shop \\"1\\"",http_route="/{{ .Labels }}",http_response_status_code="500"}'
			        values: 0+30x10
			    alert_rule_test:
			      - eval_time: 10m
			        alertname: ErrorBudgetBurn
			        exp_alerts:
			          - exp_labels: {job: shop "1", slo: templates, severity: page}
			            exp_annotations:
			              summary: shop "1" burns the error budget of templates
			              description: 100%% of the requests GET /{{ .Labels }} of the last 1h or 6h were answered with 5xx or took longer than 0.25 seconds. 0.1 %% may.
			              runbook_url: https://example.com/gmicro/runbooks/ErrorBudgetBurn.md
			          - exp_labels: {job: shop "1", slo: templates, severity: ticket}
			            exp_annotations:
			              summary: shop "1" burns the error budget of templates
			              description: 100%% of the requests GET /{{ .Labels }} of the last 1d or 3d were answered with 5xx or took longer than 0.25 seconds. 0.1 %% may.
			              runbook_url: https://example.com/gmicro/runbooks/ErrorBudgetBurn.md
			"""
		.replace("%%", "%");

	@TempDir
	private Path directory;

	@TempDir
	private Path logs;

	@BeforeAll
	static void findTool() {
		RealTools.find("promtool");
	}

	@Test
	void rulesOfTheSampleAreWhatTheCommandWrites() throws Exception {
		RealTools.Run run = command("--gmicro.rules=" + this.directory);
		assertThat(run.exitCode()).as(run.output()).isZero();
		assertThat(run.output()).contains("Wrote ").doesNotContain("Tomcat", "Started ");
		for (String file : new String[] { "rules/slo.yml", "tests/slo.yml" }) {
			assertThat(COMMITTED.resolve(file)).as("--gmicro.rules=deploy/prometheus writes it anew")
				.hasSameTextualContentAs(this.directory.resolve(file));
		}
	}

	@Test
	void commandThatCannotWriteFails() throws Exception {
		RealTools.Run run = command("--gmicro.rules=" + this.directory, "--gmicro.slo.reading-orders.objective=0.999");
		assertThat(run.exitCode()).isEqualTo(1);
		assertThat(run.output()).contains("APPLICATION FAILED TO START")
			.contains("gmicro.slo.reading-orders.objective=0.999 is not allowed: from 90 to 99.999 percent")
			.doesNotContain("\tat ");
		assertThat(this.directory).isEmptyDirectory();
	}

	@Test
	void rulesOfTheSamplePassTheirTests() throws Exception {
		assertPasses("check", "rules", COMMITTED.resolve("rules/slo.yml").toString());
		assertPasses("test", "rules", COMMITTED.resolve("tests/slo.yml").toString());
	}

	@Test
	void testsWouldSpeakUp() throws Exception {
		for (String file : new String[] { "rules/slo.yml", "tests/slo.yml" }) {
			Path copy = this.directory.resolve(file);
			Files.createDirectories(copy.getParent());
			Files.writeString(copy, Files.readString(COMMITTED.resolve(file)).replace("!~\"5..\"", "!~\"6..\""));
		}
		assertThat(promtool("test", "rules", this.directory.resolve("tests/slo.yml").toString()).output())
			.contains("FAILED", "ErrorBudgetBurn");
	}

	@Test
	void oddRoutesAndNamesPassTheirTests() throws Exception {
		Map<String, ServiceLevelObjective> objectives = new LinkedHashMap<>();
		objectives.put("quotes", slo("/a\"b'c/{x:[a-z]+}", "99.9", 250));
		objectives.put("Back_slashes-9", slo("/a\\b\\\\/{x:\\d{2}\\.\\w}", "90", 1));
		objectives.put("y", slo("/#: {x} - *&!|>%@`\u00e9\u2028\ud83d\ude00", "99.999", 86_400_000));
		write("shop: \"1\" #'\\", objectives);
		assertPasses("test", "rules", this.directory.resolve("tests/slo.yml").toString());
	}

	@Test
	void randomRoutesGiveValidRules() throws Exception {
		Random random = new Random(9);
		int[] characters = TEXT.codePoints().toArray();
		Map<String, ServiceLevelObjective> objectives = new LinkedHashMap<>();
		for (int i = 0; i < 200; i++) {
			StringBuilder route = new StringBuilder("/");
			random.ints(1 + random.nextInt(40), 0, characters.length)
				.forEach((index) -> route.appendCodePoint(characters[index]));
			objectives.put("random-" + i, slo(route.toString(), "99." + (100 + random.nextInt(890)), 1 + i * 37L));
		}
		write("shop", objectives);
		RealTools.Run run = promtool("check", "rules", this.directory.resolve("rules/slo.yml").toString());
		assertThat(run.exitCode()).as(run.output()).isZero();
		assertThat(run.output()).contains("SUCCESS: " + 200 * 13 + " rules found");
	}

	@Test
	void templateInARouteIsText() throws Exception {
		write("shop \"1\"", Map.of("templates", new ServiceLevelObjective("/{{ .Labels }}", "GET",
				new BigDecimal("99.9"), Duration.ofMillis(250), null)));
		Files.writeString(this.directory.resolve("test.yml"),
				TEMPLATE_TEST.replace(",http_route", ",http_request_method=\"GET\",http_route"));
		assertPasses("test", "rules", this.directory.resolve("test.yml").toString());
	}

	private static ServiceLevelObjective slo(String route, String objective, long millis) {
		return new ServiceLevelObjective(route, null, new BigDecimal(objective), Duration.ofMillis(millis), null);
	}

	private void write(String job, Map<String, ServiceLevelObjective> objectives) throws Exception {
		ServiceLevelObjective.requireValid(objectives);
		RuleFiles.write(this.directory, job, RUNBOOK, objectives);
	}

	private static RealTools.Run promtool(String... arguments) throws Exception {
		return RealTools.run(NO_INPUT, "promtool", arguments);
	}

	private static void assertPasses(String... arguments) throws Exception {
		RealTools.Run run = promtool(arguments);
		assertThat(run.exitCode()).as(run.output()).isZero();
		assertThat(run.output()).contains("SUCCESS");
	}

	/** An application that does not end is ended. */
	private RealTools.Run command(String... arguments) throws Exception {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
						System.getProperty("java.class.path"), SampleApplication.class.getName()));
		command.addAll(List.of(arguments));
		Path log = this.logs.resolve("log");
		Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
		try {
			assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("the command ends").isTrue();
			return new RealTools.Run(process.exitValue(), Files.readString(log));
		}
		finally {
			process.destroyForcibly();
		}
	}

}
