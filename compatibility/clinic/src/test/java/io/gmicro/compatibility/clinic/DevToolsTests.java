package io.gmicro.compatibility.clinic;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.samples.workshop.WorkshopApplication;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application that Spring Boot's DevTools restart in the same JVM: the classes of the
 * application are loaded anew, those of gmicro stay.
 */
class DevToolsTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(60);

	private static final Pattern METRICS = Pattern.compile("Metrics are at port (\\d+), path (/\\S*?)(?=\\. |\\s)");

	private static final Pattern DIAGNOSTICS = Pattern.compile("http://\\S+/debug/requests\\?token=\\S+");

	@TempDir
	private Path directory;

	private final HttpClient client = HttpClient.newHttpClient();

	@Test
	void recordsOnceAfterEachRestart() throws Exception {
		Path classes = Files.createDirectory(this.directory.resolve("classes"));
		Path output = this.directory.resolve("output.log");
		Process process = start(classes, output);
		try {
			for (int starts = 1; starts <= 3; starts++) {
				MatchResult metrics = printed(METRICS, output, starts);
				String base = "http://localhost:" + metrics.group(1);
				assertThat(get(base + "/workshop/bikes/1").statusCode()).isEqualTo(200);
				Awaitility.await()
					.atMost(TIMEOUT)
					.untilAsserted(() -> assertThat(get(base + metrics.group(2)).body())
						.contains("http_server_responses_total{error_type=\"\",http_request_method=\"GET\","
								+ "http_response_status_code=\"200\",http_route=\"/workshop/bikes/{id}\","
								+ "url_scheme=\"http\"} 1.0"));
				assertThat(get(printed(DIAGNOSTICS, output, starts).group()).statusCode()).isEqualTo(200);
				Files.writeString(classes.resolve("changed.txt"), "restart " + starts);
			}
		}
		finally {
			process.destroyForcibly().waitFor();
		}
		assertThat(Files.readString(output)).doesNotContain(" ERROR ").doesNotContain("gmicro is not");
	}

	private static Process start(Path classes, Path output) throws IOException {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m",
						"-XX:TieredStopAtLevel=1", "-cp", classes + File.pathSeparator + classPath(),
						WorkshopApplication.class.getName()));
		for (String property : List.of("server.port=0", "server.address=127.0.0.1", "gmicro.metrics.enabled=true",
				"gmicro.pprof.enabled=true", "gmicro.http.slow-requests.endpoint.enabled=true",
				"spring.devtools.restart.poll-interval=200ms", "spring.devtools.restart.quiet-period=100ms",
				"spring.devtools.livereload.enabled=false", "spring.output.ansi.enabled=never")) {
			command.add("--" + property);
		}
		return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
	}

	private static String classPath() {
		return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
	}

	private static MatchResult printed(Pattern pattern, Path output, int number) {
		List<MatchResult> printed = new ArrayList<>();
		Awaitility.await().atMost(TIMEOUT).untilAsserted(() -> {
			String text = Files.readString(output);
			printed.clear();
			pattern.matcher(text).results().forEach(printed::add);
			assertThat(printed).as(text).hasSizeGreaterThanOrEqualTo(number);
		});
		return printed.get(number - 1);
	}

	private HttpResponse<String> get(String uri) throws IOException, InterruptedException {
		return this.client.send(HttpRequest.newBuilder(URI.create(uri)).timeout(TIMEOUT).build(),
				BodyHandlers.ofString());
	}

}
