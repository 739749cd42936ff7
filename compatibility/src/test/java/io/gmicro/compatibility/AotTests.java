package io.gmicro.compatibility;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import javax.tools.ToolProvider;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.SpringApplicationAotProcessor;
import org.springframework.context.aot.AbstractAotProcessor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application with every feature on is processed ahead of time, as the goal
 * {@code process-aot} of Spring Boot's plugin does, and runs on the JVM with what that
 * made.
 */
class AotTests {

	@Test
	void runsOnWhatWasProcessedAheadOfTime(@TempDir Path directory) throws Exception {
		Path sources = directory.resolve("sources");
		Path classes = directory.resolve("classes");
		Path resources = directory.resolve("resources");
		AbstractAotProcessor.Settings settings = AbstractAotProcessor.Settings.builder()
			.sourceOutput(sources)
			.classOutput(classes)
			.resourceOutput(resources)
			.groupId("io.gmicro")
			.artifactId("aot")
			.build();
		new SpringApplicationAotProcessor(AotApplication.class, settings, new String[0]).process();
		compile(sources, classes);
		assertThat(hints(resources).contains("io.gmicro.slo.ServiceLevelObjective")).isTrue();
		String output = run(directory.resolve("log"), classes, resources);
		assertThat(output)
			.contains("AOT true HistogramTimerRegistry", "/hello/7 200", "/debug/pprof/ 200", "/debug/requests 200",
					"\ngreetings_total 1.0", "\ngin_request_total ", "rpc_server_responses_total{",
					"http_server_responses_total{error_type=\"\",http_request_method=\"GET\","
							+ "http_response_status_code=\"200\",http_route=\"/hello/{id}\",url_scheme=\"http\"} 1.0",
					"http_route=\"/hello/{id}\",url_scheme=\"http\",le=\"0.123\"} ", "jvm_memory_used_bytes{")
			.doesNotContain("http_server_requests_seconds_count");
	}

	private static void compile(Path sources, Path classes) throws IOException {
		List<String> arguments = new ArrayList<>(List.of("-proc:none", "-nowarn", "-d", classes.toString(), "-cp",
				classes + File.pathSeparator + System.getProperty("java.class.path")));
		try (Stream<Path> files = Files.walk(sources)) {
			files.map(Path::toString).filter((file) -> file.endsWith(".java")).forEach(arguments::add);
		}
		assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new)))
			.isZero();
	}

	private static String hints(Path resources) throws IOException {
		StringBuilder hints = new StringBuilder();
		try (Stream<Path> files = Files.walk(resources)) {
			for (Path file : files.filter((path) -> path.toString().endsWith(".json")).toList()) {
				hints.append(Files.readString(file));
			}
		}
		return hints.toString();
	}

	private static String run(Path log, Path classes, Path resources) throws Exception {
		String classPath = String.join(File.pathSeparator, classes.toString(), resources.toString(),
				System.getProperty("java.class.path"));
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dspring.aot.enabled=true", "-cp",
				classPath, AotApplication.class.getName())
			.redirectErrorStream(true)
			.redirectOutput(log.toFile())
			.start();
		try {
			assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("the application ends").isTrue();
			assertThat(process.exitValue()).as(Files.readString(log)).isZero();
			return Files.readString(log);
		}
		finally {
			process.destroyForcibly();
		}
	}

}
