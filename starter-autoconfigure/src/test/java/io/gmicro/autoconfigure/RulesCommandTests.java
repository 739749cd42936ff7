package io.gmicro.autoconfigure;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.yaml.snakeyaml.Yaml;

import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.support.SpringFactoriesLoader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * What {@code --gmicro.rules} writes, and that it starts nothing. A JVM that was exited
 * would end these tests.
 */
@ExtendWith(OutputCaptureExtension.class)
class RulesCommandTests {

	private static final String[] OBJECTIVE = { "gmicro.metrics.enabled=true", "gmicro.slo.x.route=/no/handler",
			"gmicro.slo.x.objective=99.5", "gmicro.slo.x.latency=100ms", "spring.application.name=shop" };

	private static int ran;

	@TempDir
	private Path directory;

	@BeforeEach
	void nothingRanYet() {
		ran = 0;
	}

	@Test
	void isFoundBySpringBoot() {
		assertThat(SpringFactoriesLoader.forDefaultResourceLocation().load(ApplicationListener.class))
			.hasAtLeastOneElementOfType(RulesCommand.class);
	}

	@Test
	void writesRulesAndTestsOfThemAndEnds(CapturedOutput output) throws Exception {
		Path target = this.directory.resolve("not/there/yet");
		run("gmicro.rules=" + target);
		assertThat(output).contains("Wrote " + target.resolve("rules/slo.yml") + " and "
				+ target.resolve("tests/slo.yml") + " for the job shop. The application does not start");
		assertThat(Files.readString(target.resolve("rules/slo.yml"))).contains("- name: slo-x\n")
			.contains("{job=\"shop\",http_route=\"/no/handler\",http_response_status_code!~\"5..\",le=\"0.1\"}[5m]")
			.contains("http_server_errors:rate5m{job=\"shop\",slo=\"x\"}[1h:1m]) * 60 > 10")
			.doesNotContain("&id", "runbook_url", "http_route=\"/no/handler\"}[3d]");
		assertThat(yaml(target.resolve("rules/slo.yml"))).containsOnlyKeys("groups");
		assertThat(yaml(target.resolve("tests/slo.yml"))).containsEntry("rule_files", List.of("../rules/slo.yml"));
	}

	@ParameterizedTest
	@CsvSource({ "/shop, true, /shop/no/handler", "/shop/, true, /shop/no/handler", "/, true, /no/handler",
			"/shop, false, /no/handler" })
	void routesBeginWithTheContextPath(String contextPath, boolean included, String route) throws Exception {
		run("gmicro.rules=" + this.directory, "server.servlet.context-path=" + contextPath,
				"gmicro.http.include-context-path=" + included);
		assertThat(Files.readString(this.directory.resolve("rules/slo.yml"))).contains("http_route=\"" + route + "\"");
	}

	@Test
	void alertsLinkToTheRunbookThatIsSet() throws Exception {
		run("gmicro.rules=" + this.directory, "gmicro.rules-runbook-url=https://wiki.example.org/burn?x={{1}}",
				"gmicro.slo.x.tolerated-errors=3");
		assertThat(Files.readString(this.directory.resolve("rules/slo.yml")))
			.contains("runbook_url: https://wiki.example.org/burn?x={{ \"{{\" }}1}}", "* 60 > 3\n");
	}

	@Test
	void jobMayHaveAnotherNameThanTheApplication() throws Exception {
		run("gmicro.rules=" + this.directory, "gmicro.rules-job=web \"1\"");
		assertThat(Files.readString(this.directory.resolve("rules/slo.yml")))
			.contains("{job=\"web \\\"1\\\"\",http_route=")
			.doesNotContain("shop");
	}

	@Test
	void nothingRunsThen() {
		try (ConfigurableApplicationContext context = run("gmicro.rules=" + this.directory,
				"spring.main.keep-alive=true", "spring.main.lazy-initialization=true")) {
			assertThat(context.getBeanDefinitionCount()).isZero();
			assertThat(context.getBeansOfType(Application.class)).isEmpty();
		}
		assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName).doesNotContain("keep-alive");
		assertThat(ran).isZero();
	}

	@Test
	void onlyTheCommandLineCounts(CapturedOutput output) {
		SpringApplication application = application();
		application.setDefaultProperties(Map.of("gmicro.rules", this.directory.toString()));
		run(application, "gmicro.rules-job=shop").close();
		assertThat(ran).isOne();
		assertThat(this.directory).isEmptyDirectory();
		assertThat(output).contains("Ignoring gmicro.rules=" + this.directory).contains("command-line argument");
	}

	@Test
	void withoutTheCommandTheApplicationGoesOn(CapturedOutput output) {
		run("gmicro.metrics.enabled=false").close();
		assertThat(ran).isOne();
		assertThat(output).doesNotContain("gmicro.rules");
	}

	@ParameterizedTest
	@CsvSource({ "gmicro.metrics.enabled=false, gmicro.metrics.enabled, The rules need the metrics",
			"gmicro.slo.x.objective=0.99, gmicro.slo.x.objective=0.99 is not allowed, from 90",
			"gmicro.slo.x.obejctive=99, gmicro.slo.x.obejctive, unbound",
			"gmicro.slo.x$.route=/, gmicro.slo.x$.route, has letters",
			"spring.application.name=, gmicro.rules-job, spring.application.name has to be set",
			"gmicro.rules=, gmicro.rules, directory to write rules into",
			"gmicro.rules=/dev/null/x, gmicro.rules, Rules cannot be written there" })
	void saysWhyThereAreNoRules(String property, String named, String reason, CapturedOutput output) {
		assertThatException().isThrownBy(() -> run("gmicro.rules=" + this.directory, property));
		assertThat(StartFailure.message(output)).contains(named).contains(reason);
	}

	@Test
	void saysThatThereIsNoObjective(CapturedOutput output) {
		assertThatException().isThrownBy(() -> application().run("--gmicro.metrics.enabled=true",
				"--gmicro.rules=" + this.directory, "--spring.application.name=shop"));
		assertThat(output).contains("APPLICATION FAILED TO START").contains("gmicro.slo declares no objective");
	}

	private ConfigurableApplicationContext run(String... properties) {
		return run(application(), properties);
	}

	/** Later properties win. */
	private static ConfigurableApplicationContext run(SpringApplication application, String... properties) {
		Map<String, String> arguments = new LinkedHashMap<>();
		Stream.of(OBJECTIVE, properties).flatMap(Stream::of).forEach((property) -> {
			int equals = property.indexOf('=');
			arguments.put(property.substring(0, equals), property.substring(equals + 1));
		});
		return application.run(arguments.entrySet()
			.stream()
			.map((property) -> "--" + property.getKey() + "=" + property.getValue())
			.toArray(String[]::new));
	}

	private static SpringApplication application() {
		SpringApplication application = new SpringApplication(Application.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		return application;
	}

	private static Map<String, Object> yaml(Path file) throws Exception {
		return new Yaml().load(Files.readString(file));
	}

	@Configuration(proxyBeanMethods = false)
	static class Application implements CommandLineRunner {

		@Override
		public void run(String... arguments) {
			ran++;
		}

	}

}
