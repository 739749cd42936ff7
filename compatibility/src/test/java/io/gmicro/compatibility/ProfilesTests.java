package io.gmicro.compatibility;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Profiles are served on every line, on every container, and need no metrics.
 */
class ProfilesTests {

	private static final String ENABLED = "gmicro.pprof.enabled=true";

	private static final String TOKEN = "a-token-of-the-test";

	private static RunningApplication application;

	@BeforeAll
	static void start() {
		application = RunningApplication.start(ENABLED, "gmicro.diagnostics.token=" + TOKEN);
	}

	@AfterAll
	static void stop() {
		application.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "profile?seconds=1", "allocs" })
	@Tag("container")
	void profileIsCompressedAndNamesJava(String path) throws IOException {
		HttpResponse<byte[]> response = get("/debug/pprof/" + path);
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.headers().firstValue("Content-Type")).hasValue("application/octet-stream");
		try (GZIPInputStream profile = new GZIPInputStream(new ByteArrayInputStream(response.body()))) {
			assertThat(new String(profile.readAllBytes(), StandardCharsets.UTF_8)).contains("java", "count");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "flamegraph?profile=goroutine" })
	void pageIsServed(String path) {
		HttpResponse<byte[]> response = get("/debug/pprof/" + path);
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.headers().firstValue("Content-Type").orElse("")).startsWith("text/html");
		assertThat(text(response)).contains("<!DOCTYPE html>");
	}

	@Test
	@Tag("container")
	void onlyTheTokenOpens() {
		assertThat(application.get("/debug/pprof/").statusCode()).isEqualTo(403);
		HttpResponse<byte[]> opened = application.get("/debug/pprof/?token=" + TOKEN);
		assertThat(opened.statusCode()).isEqualTo(200);
		String cookie = opened.headers().firstValue("Set-Cookie").orElseThrow();
		assertThat(application.get("/debug/pprof/", "Cookie", cookie.substring(0, cookie.indexOf(';'))).statusCode())
			.isEqualTo(200);
		assertThat(application.get("/debug/pprof/?token=" + TOKEN, "Sec-Fetch-Site", "cross-site").statusCode())
			.isEqualTo(403);
		assertThat(
				application.get("/debug/pprof/?token=" + TOKEN, "X-Envoy-External-Address", "127.0.0.1").statusCode())
			.isEqualTo(403);
	}

	@Test
	void labelsNeedMetrics() {
		HttpResponse<byte[]> response = get("/debug/pprof/profile?seconds=1&labels=route");
		assertThat(response.statusCode()).isEqualTo(400);
		assertThat(text(response)).isEqualTo("labels=route and labels=method need gmicro.metrics.enabled=true\n");
	}

	private static HttpResponse<byte[]> get(String path) {
		return application.get(path, "Authorization", "Bearer " + TOKEN);
	}

	private static String text(HttpResponse<byte[]> response) {
		return new String(response.body(), StandardCharsets.UTF_8);
	}

}
