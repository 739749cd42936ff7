package io.gmicro.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code deploy/compose.yaml} is valid to Compose itself and keeps the promises that are
 * made for it. No container runs in this test.
 */
class ComposeTests {

	private static final Path DEPLOY = Path.of("../deploy");

	private static final Path FILE = DEPLOY.resolve("compose.yaml");

	@TempDir
	private Path directory;

	@Test
	void composeAcceptsIt() throws Exception {
		RealTools.Run run = compose(FILE.toAbsolutePath().normalize());
		assertThat(run.exitCode()).as(run.output()).isZero();
	}

	@Test
	void composeRefusesWhatItDoesNotKnow() throws Exception {
		Path wrong = Files.writeString(this.directory.resolve("compose.yaml"),
				Files.readString(FILE).replace("healthcheck:", "healthchek:"));
		RealTools.Run run = compose(wrong);
		assertThat(run.exitCode()).isPositive();
		assertThat(run.output()).contains("healthchek");
	}

	private RealTools.Run compose(Path file) throws Exception {
		return RealTools.run(Files.createTempFile(this.directory, "empty", ".in"), "docker-compose", "-f",
				file.toString(), "config", "--quiet");
	}

	@Test
	void servicesAreClosedPinnedAndChecked() throws IOException {
		JsonNode services = PrometheusConfiguration.read(FILE).path("services");
		assertThat(services.propertyNames()).containsExactlyInAnyOrder("application", "prometheus", "alertmanager",
				"node-exporter", "grafana");
		for (Map.Entry<String, JsonNode> service : services.properties()) {
			JsonNode value = service.getValue();
			assertThat(value.path("image").asString()).as(service.getKey()).matches(".+:v?\\d+\\.\\d+\\.\\d+");
			assertThat(value.at("/healthcheck/test").isArray()).as(service.getKey()).isTrue();
			assertThat(value.path("read_only").asBoolean()).as(service.getKey()).isTrue();
			assertThat(value.path("cap_drop")).as(service.getKey())
				.singleElement()
				.satisfies((capability) -> assertThat(capability.asString()).isEqualTo("ALL"));
			assertThat(value.has("privileged")).isFalse();
			assertThat(value.path("network_mode").asString("")).isIn("", "service:prometheus");
			assertThat(value.path("ports")).as(service.getKey())
				.allSatisfy((port) -> assertThat(port.asString()).startsWith("127.0.0.1:"));
			for (JsonNode volume : value.path("volumes")) {
				String source = volume.asString().split(":")[0];
				if (source.startsWith("./")) {
					assertThat(DEPLOY.resolve(source)).exists();
					assertThat(volume.asString()).endsWith(":ro");
				}
			}
		}
	}

	@Test
	void applicationIsThatOfTheDeployment() throws IOException {
		JsonNode application = PrometheusConfiguration.read(FILE).at("/services/application");
		Map<String, String> environment = application.path("environment")
			.properties()
			.stream()
			.collect(Collectors.toMap(Map.Entry::getKey, (entry) -> entry.getValue().asString()));
		assertThat(Manifests.environment()).containsAllEntriesOf(environment);
		assertThat(DEPLOY.resolve(application.at("/build/context").asString())
			.resolve(application.at("/build/dockerfile").asString())).isRegularFile();
		assertThat(Files.readString(DEPLOY.resolve("compose-targets.yml")))
			.contains("- application:" + environment.get("MANAGEMENT_SERVER_PORT") + "\n");
	}

	/** What is not copied into the build cannot be built. */
	@Test
	void imageIsBuiltOfEveryModule() throws IOException {
		Set<String> kept = Files.readAllLines(DEPLOY.resolve("Dockerfile.dockerignore"))
			.stream()
			.filter((line) -> line.startsWith("!"))
			.map((line) -> line.substring(1))
			.collect(Collectors.toSet());
		Stream<String> modules = Files.readString(Path.of("../pom.xml"))
			.lines()
			.takeWhile((line) -> !line.contains("</modules>"))
			.filter((line) -> line.contains("<module>"))
			.map((line) -> line.replaceAll("\\s*</?module>", ""));
		assertThat(kept).containsAll(modules.distinct().toList())
			.contains("pom.xml", "mvnw", ".mvn")
			.allSatisfy((path) -> assertThat(Path.of("..").resolve(path)).exists());
	}

}
