package io.gmicro.sample;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The URLs that the sample logs open its diagnostics in real clients on its host.
 */
@Timeout(180)
class DiagnosticsAccessTests {

	private static final Pattern LOGGED = Pattern
		.compile("Diagnostics for this host only .*: (http://\\S+/debug/pprof/\\?(token=\\S+)) (http://\\S+)");

	private static final String REFUSED = "gmicro.diagnostics.access=local allows only requests with the token from the "
			+ "application's start-up log";

	@TempDir
	private static Path directory;

	private static SampleProcess sample;

	private static Matcher logged;

	@BeforeAll
	static void start() throws Exception {
		sample = SampleProcess.builder(directory)
			.arguments("--gmicro.diagnostics.access=local", "--gmicro.http.slow-requests.endpoint.enabled=true")
			.start();
		await().until(() -> LOGGED.matcher(sample.log()).find());
		logged = LOGGED.matcher(sample.log());
		assertThat(logged.find()).isTrue();
	}

	@AfterAll
	static void stop() {
		if (sample != null) {
			sample.close();
		}
	}

	@Test
	void goToolPprofGetsIn() throws Exception {
		Pprof pprof = new Pprof(directory);
		String base = "http://localhost:" + sample.port() + "/debug/";
		String token = logged.group(2);
		for (String url : List.of("pprof/profile?" + token + "&seconds=1", "pprof/profile?seconds=1&" + token,
				"pprof/allocs?" + token, "pprof/goroutine?" + token, "requests/slow.pb.gz?" + token)) {
			assertThat(Files.size(pprof.fetch(base + url))).as(url).isPositive();
		}
		assertThat(Files.size(pprof.fetch(base + "pprof/profile?" + token, "-seconds=1"))).isPositive();
		RealTools.Run refused = RealTools.run(Map.of("PPROF_TMPDIR", directory.toString()),
				Files.createTempFile(directory, "empty", ".in"), "go", "tool", "pprof", "-raw", base + "pprof/allocs");
		assertThat(refused.exitCode()).isNotZero();
		assertThat(refused.output()).contains("403");
	}

	@Test
	void curlGetsIn() throws Exception {
		for (String url : List.of(logged.group(1), logged.group(3), logged.group(3) + "&format=text")) {
			assertThat(curl(url)).as(url).startsWith("200 ");
			String without = url.replaceFirst("token=[0-9a-f]+&?", "");
			assertThat(curl(without)).as(without).startsWith("403 ").contains(REFUSED);
			assertThat(curl("-H", "Authorization: Bearer " + logged.group(2).substring("token=".length()), without))
				.as(without)
				.startsWith("200 ");
		}
		assertThat(curl("-I", logged.group(1))).startsWith("200 ");
		assertThat(curl("--data", "0x1234",
				"http://localhost:" + sample.port() + "/debug/pprof/symbol?" + logged.group(2)))
			.isEqualTo("200 num_symbols: 1\n");
	}

	private static String curl(String... arguments) throws Exception {
		Path answer = Files.createTempFile(directory, "answer", ".txt");
		String[] command = Stream
			.concat(Stream.of("-sS", "-o", answer.toString(), "-w", "%{http_code}"), Stream.of(arguments))
			.toArray(String[]::new);
		RealTools.Run run = RealTools.run(Files.createTempFile(directory, "empty", ".in"), "curl", command);
		return run.output() + " " + Files.readString(answer);
	}

	@Test
	void browserGetsInWithItsCookie() throws Exception {
		String base = "http://localhost:" + sample.port() + "/debug/";
		try (Browser browser = Browser.start()) {
			browser.open(base + "pprof/");
			assertThat(browser.element("body").getText()).contains(REFUSED);
			browser.console();
			browser.open(logged.group(1));
			assertThat(browser.element("h1").getText()).isEqualTo("Profiles");
			assertThat(browser.element("body").getCssValue("font-family")).contains("system-ui");
			assertThat(browser.elements("a[href*=token]")).isEmpty();
			browser.element("a[href='goroutine?debug=1']").click();
			assertThat(browser.element("body").getText()).startsWith("goroutine profile: ");
			browser.open(base + "requests");
			assertThat(browser.element("h1").getText()).isEqualTo("Requests");
			assertThat(browser.element("body").getCssValue("font-family")).contains("system-ui");
			browser.element("nav a").click();
			assertThat(browser.element("h1").getText()).isEqualTo("Requests");
			browser.open(base + "pprof");
			assertThat(browser.element("h1").getText()).isEqualTo("Profiles");
			// Asked for beside a plain text, whenever the browser likes
			assertThat(browser.console()).allMatch((entry) -> entry.contains("/favicon.ico"));

			browser.open("data:text/html,<a href='" + logged.group(1) + "'>link</a>");
			browser.element("a").click();
			assertThat(browser.element("body").getText()).contains(REFUSED);
			browser.open("http://127.0.0.1:" + sample.port() + "/debug/pprof/");
			assertThat(browser.element("body").getText()).contains(REFUSED);
		}
	}

}
