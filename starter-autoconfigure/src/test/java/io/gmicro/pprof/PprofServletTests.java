package io.gmicro.pprof;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.zip.GZIPInputStream;

import io.gmicro.testing.Container;
import io.gmicro.testing.RawClient;
import io.gmicro.testing.TestServer;
import jdk.jfr.FlightRecorder;
import jdk.jfr.FlightRecorderListener;
import jdk.jfr.Recording;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The profiles as a client sees them, on real containers: statuses, headers and texts are
 * those of Go's {@code net/http/pprof}.
 */
class PprofServletTests {

	private static final String[] PROPERTIES = { "gmicro.pprof.enabled=true", "gmicro.pprof.heap.enabled=true",
			"gmicro.pprof.trace.enabled=true", "gmicro.diagnostics.access=unrestricted" };

	private static final String PPROF = "/debug/pprof";

	private static final String INVALID_SECONDS = "invalid value for \"seconds\" - must be a positive integer";

	private static final String TOO_LONG = "profile duration exceeds gmicro.pprof.max-seconds=";

	private static final List<String> NO_WHOLE_NUMBER_ABOVE_ZERO = List.of("0", "-1", "NaN", "1e9", "1.5", "%D9%A3",
			"99999999999999999999", "-99999999999999999999", "+", "0x10", "1_000", "%201", "1%00", "Infinity");

	@ParameterizedTest
	@EnumSource
	void indexIsBelowThePath(Container container) {
		try (TestServer server = start(container)) {
			HttpResponse<String> response = server.get(PPROF);
			assertThat(response.statusCode()).isEqualTo(301);
			String location = response.headers().firstValue("Location").orElseThrow();
			assertThat(server.uri(PPROF).resolve(location)).isEqualTo(server.uri(PPROF + "/"));
			HttpResponse<String> index = server.get(PPROF + "/");
			assertThat(index.statusCode()).isEqualTo(200);
			assertThat(header(index, "Content-Type")).isEqualTo("text/html;charset=utf-8");
			assertThat(header(index, "X-Content-Type-Options")).isEqualTo("nosniff");
			HttpResponse<String> style = server.get(PPROF + "/style.css");
			assertThat(header(style, "Content-Type")).isEqualTo("text/css;charset=utf-8");
			assertThat(style.body()).containsSubsequence("prefers-color-scheme: dark", ".command {");
		}
	}

	@ParameterizedTest
	@EnumSource
	void profilesAreDownloads(Container container) throws IOException {
		try (TestServer server = start(container)) {
			download(server, "/profile?seconds=1", "profile");
			download(server, "/profile?seconds=1&debug=1&labels=thread", "profile");
			download(server, "/goroutine", "goroutine");
			download(server, "/goroutine?debug=0", "goroutine");
			download(server, "/goroutine?debug=x&seconds=", "goroutine");
			download(server, "/goroutine?seconds=1", "goroutine-delta");
			download(server, "/heap", "heap");
			download(server, "/heap?gc=1", "heap");
			download(server, "/allocs", "allocs");
			download(server, "/allocs?seconds=+1", "allocs-delta");
			download(server, "/mutex", "mutex");
			download(server, "/block?seconds=1&debug=0", "block-delta");
			download(server, "/threadcreate", "threadcreate");
		}
	}

	private static void download(TestServer server, String target, String fileName) throws IOException {
		HttpRequest request = HttpRequest.newBuilder(server.uri(PPROF + target.replace("+", "%2B"))).build();
		HttpResponse<byte[]> response = server.send(request, HttpResponse.BodyHandlers.ofByteArray());
		assertThat(response.statusCode()).as(() -> target + ": " + new String(response.body(), StandardCharsets.UTF_8))
			.isEqualTo(200);
		assertThat(header(response, "Content-Type")).isEqualTo("application/octet-stream");
		assertThat(header(response, "Content-Disposition")).isEqualTo("attachment; filename=\"" + fileName + "\"");
		assertThat(header(response, "X-Content-Type-Options")).isEqualTo("nosniff");
		assertThat(header(response, "Cache-Control")).isEqualTo("no-store");
		assertThat(response.headers().firstValue("X-Go-Pprof")).isEmpty();
		try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(response.body()))) {
			assertThat(DecodedProfile.of(in.readAllBytes()).strings()).as(target).contains("java");
		}
	}

	@ParameterizedTest
	@EnumSource
	void debugIsText(Container container) {
		try (TestServer server = start(container)) {
			assertThat(text(server, "/goroutine?debug=1")).matches(legacy("goroutine profile: total \\d+\n", "\\d+"));
			assertThat(text(server, "/threadcreate?debug=1"))
				.matches(legacy("threadcreate profile: total \\d+\n", "\\d+"));
			String memory = "\\d+: \\d+ \\[\\d+: \\d+\\]";
			assertThat(text(server, "/heap?debug=1"))
				.matches(legacy("heap profile: " + memory + " @ heap/1048576\n", memory))
				.contains("\tjava.lang.String\t");
			assertThat(text(server, "/allocs?debug=1"))
				.matches(legacy("heap profile: " + memory + " @ heap/1048576\n", memory));
			String wait = "\\d+ \\d+";
			assertThat(text(server, "/mutex?debug=1"))
				.matches(legacy("--- mutex:\ncycles/second=1000000000\nsampling period=1\n", wait));
			assertThat(text(server, "/block?debug=1"))
				.matches(legacy("--- contention:\ncycles/second=1000000000\n", wait));
			assertThat(text(server, "/goroutine?debug=2")).contains("\"main\" #", "java.lang.Thread.State: RUNNABLE",
					"io.gmicro.recorder.ThreadDump.write(ThreadDump.java:");
			assertThat(text(server, "/goroutine?debug=3")).contains("\"main\" #");
			assertThat(text(server, "/goroutine?debug=-1")).startsWith("goroutine profile: total ");
		}
	}

	private static String legacy(String header, String values) {
		return header + "(?:" + values + " @(?: 0x[0-9a-f]+)+\n(?:#\t0x[0-9a-f]+\t[^\t\n]+\t[^\t\n]*:\\d+\n)+\n)*+";
	}

	@ParameterizedTest
	@EnumSource
	void symbolAndCommandLineAreText(Container container) {
		try (TestServer server = start(container)) {
			assertThat(text(server, "/symbol")).isEqualTo("num_symbols: 1\n");
			assertThat(text(server, "/symbol?0x1+0x2")).isEqualTo("num_symbols: 1\n");
			HttpResponse<String> post = server.send(PPROF + "/symbol",
					(request) -> request.POST(HttpRequest.BodyPublishers.ofString("0x1+0x2")));
			assertThat(post.statusCode()).isEqualTo(200);
			assertThat(post.body()).isEqualTo("num_symbols: 1\n");
			assertThat(text(server, "/cmdline")).matches("[^\\x00 ]+\\x00\\(\\d+ arguments\\)");
		}
	}

	@ParameterizedTest
	@EnumSource
	void whatGoRefusesIsRefusedInItsWords(Container container) throws IOException {
		try (TestServer server = start(container)) {
			refused(server, "/nothing", 404, "Unknown profile");
			for (String name : new String[] { "allocs", "block", "goroutine", "heap", "mutex", "threadcreate" }) {
				for (String seconds : NO_WHOLE_NUMBER_ABOVE_ZERO) {
					refused(server, "/" + name + "?seconds=" + seconds, 400, INVALID_SECONDS);
				}
				refused(server, "/" + name + "?seconds=1&debug=1", 400, "seconds and debug params are incompatible");
			}
			refused(server, "/profile?seconds=121", 400, TOO_LONG + "120");
			refused(server, "/goroutine?seconds=121", 400, TOO_LONG + "120");
			refused(server, "/flamegraph?seconds=121", 400, TOO_LONG + "120");
			refused(server, "/trace?seconds=120.1", 400, TOO_LONG + "120");
			refused(server, "/profile?seconds=9223372036854775807", 400, TOO_LONG + "120");
			refused(server, "/goroutine?seconds=1000000000000000000", 400, TOO_LONG + "120");
			refused(server, "/goroutine?seconds=00000000000000000000121", 400, TOO_LONG + "120");
		}
	}

	@ParameterizedTest
	@EnumSource
	void whatIsWrongFirstIsToldFirst(Container container) throws IOException {
		try (TestServer server = start(container)) {
			refused(server, "/nothing?seconds=0&debug=1&labels=x", 404, "Unknown profile");
			refused(server, "/goroutine?seconds=0&debug=1", 400, INVALID_SECONDS);
			refused(server, "/goroutine?seconds=121&debug=1", 400, TOO_LONG + "120");
			refused(server, "/goroutine?seconds=1&debug=1&labels=x", 400, "seconds and debug params are incompatible");
		}
	}

	@ParameterizedTest
	@EnumSource
	void whatIsOursOnlyIsRefusedWithWhatIsAllowed(Container container) throws IOException {
		try (TestServer server = start(container)) {
			String labels = "labels are route, method, thread and owner";
			String kinds = "profile is cpu, allocs, block, goroutine, mutex, threadcreate or wall";
			refused(server, "/profile?seconds=1&labels=x", 400, labels);
			refused(server, "/allocs?seconds=1&labels=thread,Route", 400, labels);
			refused(server, "/flamegraph?seconds=1&labels=x", 400, labels);
			refused(server, "/mutex?labels=thread", 400, "labels need seconds");
			refused(server, "/goroutine?labels=x", 400, labels);
			refused(server, "/profile?seconds=1&labels=route", 400,
					"labels=route and labels=method need gmicro.metrics.enabled=true");
			refused(server, "/allocs?seconds=1&labels=method", 400,
					"labels=route and labels=method need gmicro.metrics.enabled=true");
			refused(server, "/flamegraph?profile=heap", 400, kinds);
			refused(server, "/flamegraph?profile=../profile", 400, kinds);
		}
	}

	@ParameterizedTest
	@EnumSource
	void unknownParametersAreRefusedByName(Container container) throws IOException {
		String allowed = "seconds, debug, gc, labels";
		try (TestServer server = start(container)) {
			for (String name : new String[] { "trace", "heap", "threadcreate" }) {
				refused(server, "/" + name + "?second=30", 400, "unknown parameter \"second\": allowed are " + allowed);
				refused(server, "/" + name + "?ago=80s", 400, "unknown parameter \"ago\": allowed are " + allowed);
			}
			for (String name : new String[] { "profile", "allocs", "block", "mutex" }) {
				refused(server, "/" + name + "?second=30", 400,
						"unknown parameter \"second\": allowed are " + allowed + ", ago, from, to, base");
				refused(server, "/" + name + "?ago=80s", 403, "gmicro.pprof.history.enabled=false");
			}
			refused(server, "/heap?seconds=1&Debug=1", 400, "unknown parameter \"Debug\": allowed are " + allowed);
			refused(server, "/heap?virtual=1", 400, "unknown parameter \"virtual\": allowed are " + allowed);
			refused(server, "/goroutine?from=1", 400,
					"unknown parameter \"from\": allowed are " + allowed + ", virtual");
			refused(server, "/flamegraph?kind=cpu", 400,
					"unknown parameter \"kind\": allowed are profile, seconds, labels, virtual, ago, from, to, "
							+ "base, route, method, activity");
			refused(server, "/?profile=cpu", 400, "unknown parameter \"profile\": allowed are debug");
			refused(server, "/cmdline?seconds=1", 400, "unknown parameter \"seconds\": allowed are debug");
			refused(server, "/goroutine?%0d%0aX:1%1b" + "a".repeat(100), 400,
					"unknown parameter \"??X:1?" + "a".repeat(34) + "...\": allowed are " + allowed + ", virtual");
			refused(server, "/nothing?second=30", 404, "Unknown profile");
			assertThat(text(server, "/goroutine?debug=1&gc=1&token=x")).startsWith("goroutine profile: total ");
			assertThat(text(server, "/cmdline?token=x")).isNotEmpty();
			assertThat(text(server, "/symbol?0x1+0x2")).isEqualTo("num_symbols: 1\n");
		}
	}

	@ParameterizedTest
	@EnumSource
	void malformedQueryIsRefused(Container container) throws IOException {
		try (TestServer server = start(container)) {
			for (String target : new String[] { "/profile?seconds=%zz", "/profile?%zz", "/goroutine?seconds=%zz",
					"/goroutine?debug=%", "/trace?seconds=%zz", "/flamegraph?profile=%zz" }) {
				refused(server, target, 400, "malformed query");
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void secondsThatAreNoNumberAreThirty(Container container) throws IOException {
		try (TestServer longer = start(container, "gmicro.pprof.max-seconds=30");
				TestServer shorter = start(container, "gmicro.pprof.max-seconds=29")) {
			for (String seconds : NO_WHOLE_NUMBER_ABOVE_ZERO) {
				assertThat(RawClient.answer(longer, "HEAD", PPROF + "/profile?seconds=" + seconds)).as(seconds)
					.startsWith("HTTP/1.1 200 ");
				refused(shorter, "/profile?seconds=" + seconds, 400, TOO_LONG + "29");
			}
			refused(shorter, "/profile", 400, TOO_LONG + "29");
			refused(shorter, "/profile?seconds=", 400, TOO_LONG + "29");
			refused(longer, "/profile?seconds=31", 400, TOO_LONG + "30");
		}
	}

	@ParameterizedTest
	@EnumSource
	void headAnswersWithoutRecording(Container container) {
		Queue<Recording> started = new ConcurrentLinkedQueue<>();
		FlightRecorderListener listener = new FlightRecorderListener() {

			@Override
			public void recordingStateChanged(Recording recording) {
				started.add(recording);
			}

		};
		try (TestServer server = start(container)) {
			server.get(PPROF + "/allocs");
			FlightRecorder.addListener(listener);
			for (String target : new String[] { "/profile", "/goroutine", "/goroutine?seconds=60", "/allocs?seconds=60",
					"/mutex", "/heap", "/flamegraph", "/goroutine?debug=1", "/goroutine?debug=2" }) {
				HttpResponse<String> head = head(server, target);
				assertThat(head.statusCode()).as(target).isEqualTo(200);
				assertThat(head.body()).isEmpty();
			}
			assertThat(header(head(server, "/profile"), "Content-Type")).isEqualTo("application/octet-stream");
			assertThat(header(head(server, "/goroutine?debug=1"), "Content-Type"))
				.isEqualTo("text/plain;charset=utf-8");
			assertThat(header(head(server, "/goroutine?seconds=5"), "Content-Disposition"))
				.isEqualTo("attachment; filename=\"goroutine-delta\"");
			assertThat(head(server, "/nothing").statusCode()).isEqualTo(404);
			assertThat(started).isEmpty();
		}
		finally {
			FlightRecorder.removeListener(listener);
		}
	}

	@ParameterizedTest
	@EnumSource
	void otherMethodsAreRefused(Container container) throws IOException {
		try (TestServer server = start(container)) {
			for (String method : new String[] { "POST", "PUT", "PATCH", "DELETE", "OPTIONS" }) {
				for (String path : new String[] { "", "/", "/profile", "/goroutine", "/cmdline", "/nothing" }) {
					String answer = RawClient.answer(server, method, PPROF + path);
					assertThat(answer).as(method + " " + path)
						.startsWith("HTTP/1.1 405 ")
						.containsPattern("(?i)\nallow: GET, HEAD\r\n")
						.endsWith("\nonly GET and HEAD\n");
				}
			}
			assertThat(RawClient.answer(server, "PUT", PPROF + "/symbol")).startsWith("HTTP/1.1 405 ")
				.containsPattern("(?i)\nallow: GET, HEAD, POST\r\n");
			for (String method : new String[] { "TRACE", "get", "MADEUP" }) {
				assertThat(RawClient.answer(server, method, PPROF + "/goroutine?debug=1"))
					.containsPattern("^HTTP/1.1 (400|405|501) ")
					.doesNotContain("goroutine profile");
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void pathsInDisguiseLeadNowhere(Container container) throws IOException {
		try (TestServer server = start(container)) {
			for (String target : new String[] { "/debug/pprof/GOROUTINE", "/debug/pprof/Goroutine",
					"/DEBUG/pprof/goroutine", "/debug/pprof/goroutine/", "/debug/pprof/goroutine/x",
					"/debug/pprof/goroutine%20", "/debug/pprof/goroutine%00", "/debug/pprof/goroutine.",
					"/debug/pprof/goroutine%0a", "/debug/pprof/..;/goroutine", "/debug/pprof/x/..;/..;/goroutine",
					"/debug/pprof%2fgoroutine", "/debug%2fpprof/goroutine", "/debug/pprof/%2fgoroutine",
					"/debug/pprof/x%2f..%2fgoroutine", "/debug/pprof/..%2fpprof%2fgoroutine",
					"/debug/pprof/..%5cgoroutine", "/debug/pprof/%252e%252e/", "/debug/pprof/../goroutine",
					"/debug/pprof/%2e%2e/goroutine", "/../../debug/goroutine", "/debug/pprofgoroutine",
					"/debug/pprof/style.css/../../../x" }) {
				String answer = RawClient.answer(server, "GET", target + "?debug=1");
				assertThat(answer).as(target)
					.containsPattern("^HTTP/1.1 (400|404|414) ")
					.doesNotContain("goroutine profile", "java.lang.Thread", "\tat ");
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void whoeverPretendsToBeLocalIsRefused(Container container) throws IOException {
		String token = "0123456789abcdef";
		try (TestServer server = TestServer.start(container, Empty.class, "gmicro.pprof.enabled=true",
				"gmicro.diagnostics.token=" + token)) {
			String authorization = "Authorization: Bearer " + token;
			assertThat(RawClient.answer(server, "GET", PPROF + "/goroutine", authorization))
				.startsWith("HTTP/1.1 200 ");
			assertThat(RawClient.answer(server, "GET", PPROF + "/goroutine")).startsWith("HTTP/1.1 403 ");
			for (String header : new String[] { "X-Forwarded-For: 127.0.0.1", "Forwarded: for=127.0.0.1",
					"X-Real-IP: 127.0.0.1", "Host: example.com", "Host: 127.0.0.1.example.com",
					"Origin: http://example.com", "Sec-Fetch-Site: cross-site" }) {
				for (String target : new String[] { PPROF, PPROF + "/", PPROF + "/profile", PPROF + "//profile",
						PPROF + "/goroutine", PPROF + "/goroutine?debug=2", PPROF + "/heap", PPROF + "/trace",
						PPROF + "/cmdline", PPROF + "/symbol", PPROF + "/flamegraph", PPROF + "/nothing",
						PPROF + "/%70rofile", PPROF + ";x=1/profile", PPROF + "/./profile" }) {
					assertThat(RawClient.answer(server, "GET", target, header, authorization)).as(header + " " + target)
						.containsPattern("^HTTP/1.1 (403|400) ")
						.doesNotContainIgnoringCase("content-disposition");
				}
				assertThat(RawClient.answer(server, "GET", PPROF + "/goroutine", header, authorization))
					.startsWith("HTTP/1.1 403 ")
					.contains("gmicro.diagnostics.access=local");
			}
		}
	}

	private static TestServer start(Container container, String... more) {
		String[] properties = new String[PROPERTIES.length + more.length];
		System.arraycopy(PROPERTIES, 0, properties, 0, PROPERTIES.length);
		System.arraycopy(more, 0, properties, PROPERTIES.length, more.length);
		return TestServer.start(container, Empty.class, properties);
	}

	private static void refused(TestServer server, String target, int status, String text) throws IOException {
		String answer = RawClient.answer(server, "GET", PPROF + target);
		assertThat(answer).as(target)
			.startsWith("HTTP/1.1 " + status + " ")
			.endsWith("\r\n" + text + "\n")
			.containsPattern("(?i)\nx-go-pprof: 1\r\n")
			.containsPattern("(?i)\nx-content-type-options: nosniff\r\n")
			.containsPattern("(?i)\ncontent-type: text/plain; ?charset=utf-8\r\n")
			.doesNotContainIgnoringCase("content-disposition");
	}

	private static String text(TestServer server, String target) {
		HttpResponse<String> response = server.get(PPROF + target);
		assertThat(response.statusCode()).as(target + ": " + response.body()).isEqualTo(200);
		assertThat(header(response, "Content-Type")).isEqualTo("text/plain;charset=utf-8");
		assertThat(header(response, "X-Content-Type-Options")).isEqualTo("nosniff");
		assertThat(response.headers().firstValue("Content-Disposition")).isEmpty();
		return response.body();
	}

	private static HttpResponse<String> head(TestServer server, String target) {
		return server.send(PPROF + target, (request) -> request.method("HEAD", HttpRequest.BodyPublishers.noBody()));
	}

	private static String header(HttpResponse<?> response, String name) {
		String value = response.headers().firstValue(name).orElse("");
		return name.equals("Content-Type") ? value.replace("; charset", ";charset").toLowerCase(Locale.ROOT) : value;
	}

	@Configuration(proxyBeanMethods = false)
	static class Empty {

	}

}
