package io.gmicro.sample;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Where the JDK's flight recorder is missing or cannot start, whoever asks for a profile
 * is told what to do, and all the rest works.
 */
class WithoutRecorderTests {

	@Nested
	class WithoutModule {

		private static final String ADVICE = "this Java runtime lacks the modules jdk.jfr and jdk.management: "
				+ "add them with jlink --add-modules, or use a whole JDK or JRE";

		@TempDir
		private static Path directory;

		private static SampleProcess sample;

		@BeforeAll
		static void start() throws Exception {
			sample = SampleProcess.builder(directory)
				.options("--limit-modules", "java.se,jdk.unsupported,jdk.management")
				.arguments("--gmicro.pprof.trace.enabled=true", "--gmicro.pprof.history.enabled=true")
				.start();
		}

		@AfterAll
		static void stop() {
			if (sample != null) {
				sample.close();
			}
		}

		@ParameterizedTest
		@ValueSource(strings = { "profile?seconds=1&labels=route", "profile?seconds=1", "trace?seconds=1", "allocs",
				"mutex?seconds=1", "block", "threadcreate?debug=1", "profile?ago=5m",
				"flamegraph?profile=allocs&ago=5m" })
		void profileTellsWhatToAdd(String path) throws Exception {
			assertRefused(sample.get(path), 501, ADVICE);
		}

		@Test
		void restWorks() throws Exception {
			assertRestWorks(sample);
		}

		@Test
		void logTellsOnce() {
			assertThat(sample.log()).containsOnlyOnce("There are no profiles: " + ADVICE);
		}

	}

	@Nested
	class WithoutTemporaryDirectory {

		private static final String ADVICE = "the JDK Flight Recorder cannot start: make the directory for temporary "
				+ "files writable, or name one that is with -Djava.io.tmpdir";

		@TempDir
		private static Path directory;

		private static SampleProcess sample;

		@BeforeAll
		static void start() throws Exception {
			// Or Tomcat would look for a temporary directory
			Files.createDirectory(directory.resolve("static"));
			sample = SampleProcess.builder(directory)
				.options("-Djava.io.tmpdir=/proc/nowhere")
				.arguments("--server.tomcat.basedir=" + directory.resolve("tomcat"),
						"--gmicro.pprof.trace.enabled=true", "--gmicro.pprof.history.enabled=true")
				.start();
		}

		@AfterAll
		static void stop() {
			if (sample != null) {
				sample.close();
			}
		}

		@ParameterizedTest
		@ValueSource(strings = { "profile?seconds=1", "trace?seconds=1", "allocs", "mutex?seconds=1", "block",
				"threadcreate?debug=1", "profile?ago=5m", "flamegraph?profile=allocs&ago=5m" })
		void profileTellsWhatToDo(String path) throws Exception {
			assertRefused(sample.get(path), 503, ADVICE);
		}

		@Test
		void restWorks() throws Exception {
			assertRestWorks(sample);
		}

		@Test
		void logTellsOnce() {
			assertThat(sample.log()).containsOnlyOnce("There are no profiles: " + ADVICE);
		}

	}

	private static void assertRefused(HttpResponse<String> response, int status, String advice) {
		assertThat(response.body()).isEqualTo(advice + "\n");
		assertThat(response.statusCode()).isEqualTo(status);
		assertThat(response.headers().firstValue("X-Go-Pprof")).hasValue("1");
		assertThat(response.headers().firstValue("Content-Disposition")).isEmpty();
	}

	private static void assertRestWorks(SampleProcess sample) throws Exception {
		assertThat(sample.get("goroutine?debug=1").body()).startsWith("goroutine profile: total ")
			.contains("java.lang.Thread.run");
		assertThat(sample.get("goroutine?debug=2").body()).contains("java.lang.Thread.State: RUNNABLE");
		assertThat(sample.get("cmdline").body()).startsWith(SampleApplication.class.getName());
		assertThat(sample.get("symbol").body()).isEqualTo("num_symbols: 1\n");
		assertThat(sample.get("/debug/pprof/").statusCode()).isEqualTo(200);
		assertThat(sample.get("/cpu?millis=1").statusCode()).isEqualTo(200);
		assertThat(sample.get("/metrics").body()).contains("http_server_request_duration_seconds_count{");
	}

}
