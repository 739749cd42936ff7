package io.gmicro.compatibility;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * An exchange that breaks half-way is recorded once, and is not active any more.
 */
@Tag("container")
class BrokenExchangeTests {

	private static final int STREAMS = 5;

	private static final Map<String, String> PARTS_OF_BODIES = Map.of("/received/form",
			"application/x-www-form-urlencoded name=ab", "/received/optional",
			"application/x-www-form-urlencoded name=ab", "/received/json", "application/json {\"name\":",
			"/received/multipart",
			"multipart/form-data;boundary=x --x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nbegun",
			"/received/raw", "application/octet-stream begun");

	@Test
	void recordsTheStatusOfTheAccessLogAfterAFailure() throws IOException {
		try (RunningApplication application = RunningApplication.start(RunningApplication.ENABLED)) {
			assertThat(send(application.uri("/broken/sync"), true)).isEqualTo(200);
			assertThat(send(application.uri("/broken/stream"), true)).isEqualTo(200);
			int logged = Deviations.statusAfterABrokenResponse(Container.of(application.servletContext()));
			verify(application, Map.of("GET /broken/sync " + logged, 1.0, "GET /broken/stream " + logged, 1.0));
			assertThat(application.scrape("/metrics")
				.of("http_server_aborted_responses_total", "http_request_method", "http_route"))
				.isEqualTo(Map.of("GET /broken/sync", 1.0, "GET /broken/stream", 1.0));
		}
	}

	@Test
	void recordsAClientThatWentAway() throws IOException {
		try (RunningApplication application = RunningApplication.start(RunningApplication.ENABLED)) {
			assertThat(send(application.uri("/endless/sync"), false)).isEqualTo(200);
			verify(application, Map.of("GET /endless/sync 499", 1.0));
		}
	}

	@Test
	void recordsAClientThatWentAwayFromItsRequest() throws IOException {
		try (RunningApplication application = RunningApplication.start(RunningApplication.ENABLED)) {
			Map<String, Double> expected = new HashMap<>();
			for (boolean reset : new boolean[] { false, true }) {
				for (boolean chunked : new boolean[] { false, true }) {
					PARTS_OF_BODIES.forEach((path, part) -> {
						sendPart(application.uri(path), part, chunked, reset);
						expected.merge("POST " + path + " 499", 1.0, Double::sum);
						// The connection may not have been accepted yet
						await().atMost(Duration.ofSeconds(10))
							.untilAsserted(() -> assertThat(responses(application.scrape("/metrics")).values()
								.stream()
								.mapToDouble((count) -> count)
								.sum()).isEqualTo(expected.values().stream().mapToDouble((count) -> count).sum()));
					});
				}
			}
			await().atMost(Duration.ofSeconds(10))
				.untilAsserted(() -> assertThat(responses(application.scrape("/metrics"))).isEqualTo(expected));
		}
	}

	/**
	 * Sends the beginning of a request body, and closes the connection.
	 * @param uri where to
	 * @param part content type and beginning of the body
	 * @param chunked whether the length is not declared
	 * @param reset whether the connection is broken off once the request is served
	 */
	private static void sendPart(URI uri, String part, boolean chunked, boolean reset) {
		String type = part.substring(0, part.indexOf(' '));
		String body = part.substring(part.indexOf(' ') + 1);
		try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
			String length = chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + (body.length() + 100);
			socket.getOutputStream()
				.write(("POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\n%s\r\n\r\n%s")
					.formatted(uri.getPath(), type, length,
							chunked ? Integer.toHexString(body.length() + 100) + "\r\n" + body : body)
					.getBytes(StandardCharsets.US_ASCII));
			if (reset) {
				socket.setSoLinger(true, 0);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Test
	void recordsAClientThatWentAwayFromAStream() throws IOException {
		try (RunningApplication application = RunningApplication.start(RunningApplication.ENABLED,
				"server.shutdown=immediate")) {
			for (int i = 0; i < STREAMS; i++) {
				assertThat(send(application.uri("/endless/stream"), false)).isEqualTo(200);
			}
			double least = Deviations.endsEveryBrokenStream(Container.of(application.servletContext())) ? STREAMS : 1;
			await().during(Duration.ofMillis(300))
				.atMost(Duration.ofSeconds(10))
				.untilAsserted(() -> assertThat(responses(application.scrape("/metrics")))
					.containsOnlyKeys("GET /endless/stream 499")
					.allSatisfy((series, count) -> assertThat(count).isBetween(least, (double) STREAMS)));
		}
	}

	/**
	 * Sends a request with a socket of its own, to be closed by a reset.
	 * @param uri where to
	 * @param drained whether to read on until the server closes the connection
	 * @return the status
	 */
	private static int send(URI uri, boolean drained) throws IOException {
		try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
			socket.setSoTimeout(10_000);
			socket.setSoLinger(true, 0);
			socket.getOutputStream()
				.write("GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".formatted(uri.getPath())
					.getBytes(StandardCharsets.US_ASCII));
			InputStream in = socket.getInputStream();
			String statusLine = new String(in.readNBytes("HTTP/1.1 200".length()), StandardCharsets.US_ASCII);
			if (drained) {
				in.transferTo(OutputStream.nullOutputStream());
			}
			return Integer.parseInt(statusLine.substring("HTTP/1.1 ".length()));
		}
	}

	private static void verify(RunningApplication application, Map<String, Double> expected) {
		await().during(Duration.ofMillis(300)).atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
			Samples samples = application.scrape("/metrics");
			assertThat(responses(samples)).isEqualTo(expected);
			assertThat(samples.of("http_server_active_requests", "http_request_method")).containsKey("GET")
				.allSatisfy((method, active) -> assertThat(active).isZero());
		});
	}

	private static Map<String, Double> responses(Samples samples) {
		return samples.of("http_server_responses_total", "http_request_method", "http_route",
				"http_response_status_code");
	}

}
