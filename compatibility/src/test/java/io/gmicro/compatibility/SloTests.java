package io.gmicro.compatibility;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Service level objectives from properties. The container has no part in them, so one is
 * enough.
 */
@Tag("container")
@EnabledIfSystemProperty(named = "gmicro.compatibility.container", matches = "Tomcat")
@ExtendWith(OutputCaptureExtension.class)
class SloTests {

	private static final String[] OBJECTIVE = { RunningApplication.ENABLED, "gmicro.slo.hello.objective=99.9",
			"gmicro.slo.hello.latency=333ms" };

	@Test
	void latencyIsABoundOfTheHistogram() {
		try (RunningApplication application = start("/hello/{id}", "gmicro.slo.fn.route=/fn/{id}",
				"gmicro.slo.fn.objective=99", "gmicro.slo.fn.latency=1200ms")) {
			application.get("/hello/7");
			assertThat(new String(application.get("/metrics").body(), StandardCharsets.UTF_8))
				.contains("http_route=\"/hello/{id}\",url_scheme=\"http\",le=\"0.333\"} 1\n")
				.contains("http_route=\"/hello/{id}\",url_scheme=\"http\",le=\"1.2\"} 1\n");
		}
	}

	@Test
	void refusesARouteThatNobodyServes(CapturedOutput output) {
		assertThatException().isThrownBy(() -> start("/hello/{name}").close());
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("gmicro.slo.hello.route")
			.contains("The closest known routes are /hello/{id}");
	}

	@Test
	void commandWritesRulesAndEnds(@TempDir Path directory) throws Exception {
		Path log = directory.resolve("log");
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
				System.getProperty("java.class.path"), SpringApplication.class.getName(),
				"--spring.main.sources=" + CompatibilityApplication.class.getName(), "--" + OBJECTIVE[0],
				"--" + OBJECTIVE[1], "--" + OBJECTIVE[2], "--gmicro.slo.hello.route=/hello/{id}",
				"--gmicro.rules=" + directory, "--gmicro.rules-job=hello")
			.redirectErrorStream(true)
			.redirectOutput(log.toFile())
			.start();
		try {
			assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("the command ends").isTrue();
		}
		finally {
			process.destroyForcibly();
		}
		assertThat(process.exitValue()).as(() -> read(log)).isZero();
		assertThat(directory.resolve("rules/slo.yml")).content().contains("{job=\"hello\",http_route=\"/hello/{id}\"");
		assertThat(directory.resolve("tests/slo.yml")).content().contains("no request fails: hello");
	}

	private static String read(Path file) {
		try {
			return Files.readString(file, StandardCharsets.UTF_8);
		}
		catch (java.io.IOException ex) {
			throw new java.io.UncheckedIOException(ex);
		}
	}

	private static RunningApplication start(String route, String... properties) {
		List<String> all = new ArrayList<>(List.of(OBJECTIVE));
		all.add("gmicro.slo.hello.route=" + route);
		all.addAll(List.of(properties));
		return RunningApplication.start(all.toArray(String[]::new));
	}

}
