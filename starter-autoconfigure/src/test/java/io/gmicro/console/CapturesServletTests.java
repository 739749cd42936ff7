package io.gmicro.console;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

import io.gmicro.testing.Container;
import io.gmicro.testing.TestServer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The captures as a client sees them, on real containers.
 */
class CapturesServletTests {

	private static final String ENABLED = "gmicro.captures.enabled=true";

	private static final String[] PROPERTIES = { "gmicro.metrics.enabled=true",
			"gmicro.diagnostics.access=unrestricted", "gmicro.captures.server-errors=3" };

	private static final String PAGE = "/debug/captures";

	private static final Pattern LINK = Pattern.compile("href=\"((?:captures/)?(gmicro-capture-[\\w.-]+\\.zip))\"");

	@TempDir
	private Path directory;

	@ParameterizedTest
	@EnumSource
	void captureIsMadeListedAndServed(Container container) throws Exception {
		try (TestServer server = start(container, ENABLED)) {
			HttpResponse<String> empty = server.get(PAGE);
			assertThat(empty.statusCode()).isEqualTo(200);
			assertThat(empty.body()).contains("Nothing was captured.", "<form method=\"post\">",
					"href=\"captures/style.css\"");
			assertThat(empty.headers().firstValue("Content-Security-Policy").orElseThrow())
				.contains("default-src 'none'", "form-action 'self'");
			server.get("/answer");
			HttpResponse<String> made = post(server, PAGE);
			assertThat(made.statusCode()).isEqualTo(303);
			assertThat(made.headers().firstValue("Location")).hasValue("captures");
			HttpResponse<String> again = post(server, PAGE + "/");
			assertThat(again.statusCode()).isEqualTo(429);
			assertThat(again.headers().firstValue("Retry-After")).hasValue("10");
			assertThat(again.body()).isEqualTo("one capture in 10 seconds\n");

			for (String page : new String[] { PAGE, PAGE + "/" }) {
				Matcher link = LINK.matcher(server.get(page).body());
				assertThat(link.find()).as(page).isTrue();
				HttpResponse<byte[]> zip = server.send(
						HttpRequest.newBuilder(server.uri(page).resolve(link.group(1))).build(),
						HttpResponse.BodyHandlers.ofByteArray());
				assertThat(zip.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/zip");
				assertThat(zip.headers().firstValue("Content-Disposition"))
					.hasValue("attachment; filename=\"" + link.group(2) + "\"");
				Map<String, String> files = unzipped(zip.body());
				assertThat(files).containsOnlyKeys("metrics.txt", "reason.txt", "requests.json", "threads.txt",
						"wall.pb.gz");
				assertThat(files.get("reason.txt")).startsWith("manual: requested\n").doesNotContain("incomplete");
				assertThat(files.get("metrics.txt")).contains("http_server_request_duration_seconds_count{",
						"http_route=\"/answer\"", "gmicro_captures_total{reason=\"deadlock\"} 0.0");
				assertThat(files.get("threads.txt")).contains("\"gmicro-captures\"", "java.lang.Thread.run");
				assertThat(files.get("requests.json")).startsWith("{\"time\":");
			}
			assertThat(server.get("/metrics").body()).contains("gmicro_captures_total{reason=\"manual\"} 1.0");
		}
	}

	@ParameterizedTest
	@EnumSource
	void restIsRefused(Container container) throws Exception {
		try (TestServer server = start(container, ENABLED)) {
			HttpResponse<String> unknown = server.get(PAGE + "/gmicro-capture-20260101T000000.000Z-cpu.zip");
			assertThat(unknown.statusCode()).isEqualTo(404);
			assertThat(unknown.body()).isEqualTo("no such capture\n");
			assertThat(server.get(PAGE + "/..%2f..%2fetc%2fpasswd").statusCode()).isIn(400, 404);
			HttpResponse<String> deleted = server.send(PAGE, (request) -> request.DELETE());
			assertThat(deleted.statusCode()).isEqualTo(405);
			assertThat(deleted.headers().firstValue("Allow")).hasValue("GET, HEAD, POST");
			assertThat(post(server, PAGE + "/style.css").statusCode()).isEqualTo(405);
			for (String[] header : new String[][] { { "Sec-Fetch-Site", "cross-site" },
					{ "Origin", "https://evil.example" } }) {
				HttpResponse<String> foreign = server.send(PAGE,
						(request) -> request.POST(HttpRequest.BodyPublishers.noBody()).header(header[0], header[1]));
				assertThat(foreign.statusCode()).as(header[0]).isEqualTo(403);
			}
			assertThat(server.get(PAGE).body()).contains("Nothing was captured.");
		}
	}

	@ParameterizedTest
	@EnumSource
	void nothingIsThereUnlessEnabled(Container container) throws Exception {
		try (TestServer server = start(container)) {
			assertThat(server.get(PAGE).statusCode()).isEqualTo(404);
			assertThat(post(server, PAGE).statusCode()).isNotEqualTo(303);
			assertThat(server.get("/metrics").body()).doesNotContain("gmicro_captures_total");
			assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
				.doesNotContain("gmicro-captures");
		}
	}

	@ParameterizedTest
	@EnumSource
	void serverErrorsAreCapturedBeforeTheApplicationStops(Container container) throws Exception {
		String where = "gmicro.captures.directory=" + this.directory;
		try (TestServer server = start(container, ENABLED, where)) {
			for (int i = 0; i < 2; i++) {
				assertThat(server.get("/fail").statusCode()).isEqualTo(500);
			}
		}
		assertThat(this.directory).isEmptyDirectory();
		try (TestServer server = start(container, ENABLED, where)) {
			for (int i = 0; i < 3; i++) {
				assertThat(server.get("/fail").statusCode()).isEqualTo(500);
			}
		}
		assertThat(this.directory.toFile().list()).singleElement()
			.asString()
			.matches("gmicro-capture-\\d{8}T\\d{6}\\.\\d{3}Z-server_errors\\.zip");
		try (TestServer server = start(container, ENABLED, where)) {
			Matcher link = LINK.matcher(server.get(PAGE).body());
			assertThat(link.find()).isTrue();
			Map<String, String> files = unzipped(server
				.send(HttpRequest.newBuilder(server.uri(PAGE).resolve(link.group(1))).build(),
						HttpResponse.BodyHandlers.ofByteArray())
				.body());
			assertThat(files.get("reason.txt")).startsWith("server_errors: 3 server errors within a minute\n");
			assertThat(files.get("metrics.txt")).contains("http_response_status_code=\"500\"");
		}
	}

	private static TestServer start(Container container, String... more) {
		String[] properties = new String[PROPERTIES.length + more.length];
		System.arraycopy(PROPERTIES, 0, properties, 0, PROPERTIES.length);
		System.arraycopy(more, 0, properties, PROPERTIES.length, more.length);
		return TestServer.start(container, Controller.class, properties);
	}

	private static HttpResponse<String> post(TestServer server, String path) {
		URI uri = server.uri(path);
		return server.send(HttpRequest.newBuilder(uri).POST(HttpRequest.BodyPublishers.noBody()).build(),
				HttpResponse.BodyHandlers.ofString());
	}

	private static Map<String, String> unzipped(byte[] zip) throws IOException {
		Map<String, String> files = new TreeMap<>();
		try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
			for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
				files.put(entry.getName(), new String(in.readAllBytes(), StandardCharsets.UTF_8));
			}
		}
		return files;
	}

	@Configuration(proxyBeanMethods = false)
	@RestController
	static class Controller {

		@GetMapping("/answer")
		String answer() {
			return "answer";
		}

		@GetMapping("/fail")
		String fail() {
			throw new IllegalStateException("as if");
		}

	}

}
