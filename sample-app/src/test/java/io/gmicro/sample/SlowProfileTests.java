package io.gmicro.sample;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What {@code go tool pprof} says about the sample's slow requests.
 */
class SlowProfileTests {

	private static final String METHOD = "io.gmicro.sample.work.BlockingController.slow";

	@TempDir
	private static Path directory;

	private static SampleServer sample;

	private static Path profile;

	@BeforeAll
	static void slow() throws Exception {
		RealTools.find("go");
		sample = SampleServer.startWith("gmicro.http.slow-requests.threshold=100ms",
				"gmicro.http.slow-requests.endpoint.enabled=true", "gmicro.diagnostics.access=unrestricted");
		assertThat(sample.get("/slow?millis=1").statusCode()).isEqualTo(200);
		assertThat(sample.get("/slow?millis=600").statusCode()).isEqualTo(200);
		assertThat(sample.get("/contend?millis=400").statusCode()).isEqualTo(200);
		await().until(() -> sample.get("/debug/requests?format=json").body(), (json) -> json.contains("/contend"));
		HttpRequest request = HttpRequest
			.newBuilder(URI.create("http://127.0.0.1:" + sample.port() + "/debug/requests/slow.pb.gz"))
			.build();
		HttpResponse<Path> response = HttpClient.newHttpClient()
			.send(request, HttpResponse.BodyHandlers.ofFile(directory.resolve("slow.pb.gz")));
		assertThat(response.headers().firstValue("Content-Type")).hasValue("application/octet-stream");
		profile = response.body();
	}

	@AfterAll
	static void stop() {
		if (sample != null) {
			sample.close();
		}
	}

	@Test
	void rawProfileHasTypesLabelsAndFrames() throws Exception {
		assertThat(pprof("-raw")).contains("slow_requests/count delay/nanoseconds[dflt]", "route:[/slow]",
				"route:[/contend]", "method:[GET]", METHOD, "io/gmicro/sample/work/BlockingController.java",
				"Slow requests with their sampled stacks");
	}

	@Test
	void delayOfARouteIsTheTimeItTook() throws Exception {
		String top = pprof("-top", "-cum", "-unit=ms", "-tagfocus=route=/slow");
		assertThat(millis(top, "Showing nodes accounting for ([\\d.]+)ms")).isBetween(600.0, 30_000.0);
		assertThat(millis(top, "([\\d.]+)ms\\s+\\S+\\s+" + Pattern.quote(METHOD))).isGreaterThan(300);
		assertThat(top).doesNotContain("BlockingController.contend");
	}

	@Test
	void everySlowRequestCountsOnce() throws Exception {
		int slow = (int) sample.scrape().sum("http_server_slow_requests_total");
		assertThat(slow).isGreaterThanOrEqualTo(2);
		assertThat(pprof("-top", "-sample_index=slow_requests"))
			.contains("Showing nodes accounting for " + slow + ", 100% of " + slow + " total");
	}

	@Test
	void sourceIsFound() throws Exception {
		assertThat(pprof("-list=BlockingController.slow", "-source_path=src/main/java"))
			.contains("Thread.sleep(millis)");
	}

	private static double millis(String text, String pattern) {
		Matcher matcher = Pattern.compile(pattern).matcher(text);
		assertThat(matcher.find()).as(text).isTrue();
		return Double.parseDouble(matcher.group(1));
	}

	private static String pprof(String... arguments) throws Exception {
		String[] command = new String[arguments.length + 3];
		command[0] = "tool";
		command[1] = "pprof";
		System.arraycopy(arguments, 0, command, 2, arguments.length);
		command[command.length - 1] = profile.toString();
		RealTools.Run run = RealTools.run(Files.createTempFile(directory, "empty", ".in"), "go", command);
		assertThat(run.exitCode()).as(run.output()).isZero();
		return run.output();
	}

}
