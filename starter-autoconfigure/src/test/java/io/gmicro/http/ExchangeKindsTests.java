package io.gmicro.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.gmicro.testing.Container;
import io.gmicro.testing.Samples;
import io.gmicro.testing.TestServer;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.WebConnection;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The ways in which a request can begin and end that ask for more than an HTTP client.
 * Each is recorded once, with the status the client saw, and is over afterwards.
 */
class ExchangeKindsTests {

	private static final String RESPONSES = "http_server_responses_total";

	private static final String DURATION = "http_server_request_duration_seconds";

	private static final String SLOW = "http_server_slow_requests_total";

	private static final String ACTIVE = "http_server_active_requests";

	private static final int ROUNDS = 3;

	/**
	 * One way to end.
	 *
	 * @param request sends it and sees it end
	 * @param series what must be recorded; one of them, if a race decides
	 */
	private record Kind(Sender request, Set<String> series) {

		static Kind of(Sender request, String... series) {
			return new Kind(request, Set.of(series));
		}

	}

	private interface Sender {

		void send(TestServer server) throws Exception;

	}

	private static List<Kind> kinds() {
		return List.of(Kind.of(get("/overflow", 500), "GET /overflow 500"),
				Kind.of(get("/exhausted", 500), "GET /exhausted 500"), Kind.of(get("/future", 200), "GET /future 200"),
				Kind.of(get("/future/fails", 500), "GET /future/fails 500"),
				Kind.of(get("/async/twice", 200), "GET /async/twice 200"),
				Kind.of(get("/fn/1", 200), "GET /fn/{id} 200"),
				Kind.of(get("/fn/1/fails", 500), "GET /fn/{id}/fails 500"),
				Kind.of(get("/deferred/timeout", 503), "GET /deferred/timeout 503"),
				Kind.of(get("/events", 200), "GET /events 200"), Kind.of(get("/fn/events", 200), "GET /fn/events 200"),
				Kind.of(get("/lines", 200), "GET /lines 200"), Kind.of(ExchangeKindsTests::upload, "POST /upload 200"),
				Kind.of(ExchangeKindsTests::expectContinue, "POST /echo 200"),
				Kind.of(ExchangeKindsTests::upgrade, "GET /upgrade 101"),
				Kind.of(ExchangeKindsTests::pipelined, "GET /text 200"),
				Kind.of(ExchangeKindsTests::goneBeforeTheBody, "POST /echo 499"),
				// The servlet API does not tell that the client has gone
				Kind.of(gone("/deferred/never"), "GET /deferred/never 503", "GET /deferred/never 499"),
				Kind.of(gone("/endless"), "GET /endless 499"));
	}

	@ParameterizedTest
	@EnumSource
	void everyKindIsRecordedOnce(Container container) throws Exception {
		verify(container);
	}

	@ParameterizedTest
	@EnumSource
	@EnabledForJreRange(min = JRE.JAVA_21)
	void everyKindIsRecordedOnceOnVirtualThreads(Container container) throws Exception {
		verify(container, "spring.threads.virtual.enabled=true");
	}

	private static void verify(Container container, String... properties) throws Exception {
		String[] all = Stream.concat(Stream.of("gmicro.metrics.enabled=true"), Stream.of(properties))
			.toArray(String[]::new);
		long start = System.nanoTime();
		try (TestServer server = TestServer.start(container, Application.class, all)) {
			for (int round = 0; round < ROUNDS; round++) {
				for (Kind kind : kinds()) {
					kind.request.send(server);
				}
			}
			Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
				Map<String, Double> recorded = recorded(server.scrape(), RESPONSES);
				for (Kind kind : kinds()) {
					double sum = kind.series.stream().mapToDouble((series) -> recorded.getOrDefault(series, 0.0)).sum();
					assertThat(sum).as("%s of %s", kind.series, recorded).isEqualTo(ROUNDS);
				}
				assertThat(recorded.values().stream().mapToDouble(Double::doubleValue).sum()).as(recorded.toString())
					.isEqualTo(ROUNDS * kinds().size());
			});
			Samples samples = server.scrape();
			assertThat(samples.sum(ACTIVE)).isZero();
			assertThat(samples.sum("gmicro_observer_errors_total")).isZero();
			Map<String, Double> durations = recorded(samples, DURATION + "_count");
			assertThat(durations.keySet()).doesNotContain("GET /events 200", "GET /fn/events 200", "GET /lines 200",
					"GET /upgrade 101");
			double elapsed = (System.nanoTime() - start) / 1e9;
			assertThat(recorded(samples, DURATION + "_sum"))
				.allSatisfy((series, sum) -> assertThat(sum).isBetween(0.0, elapsed));
			assertThat(recorded(samples, DURATION + "_sum").get("GET /deferred/timeout 503"))
				.isGreaterThanOrEqualTo(ROUNDS * Application.TIMEOUT_MILLIS / 1e3);
		}
	}

	@Test
	void whenHttp2StreamsAreResetNoneStaysActive() {
		int streams = 200;
		HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
		try (TestServer server = TestServer.start(Container.TOMCAT, Application.class, "gmicro.metrics.enabled=true",
				"server.http2.enabled=true")) {
			HttpRequest text = HttpRequest.newBuilder(server.uri("/text")).build();
			assertThat(client.sendAsync(text, HttpResponse.BodyHandlers.ofString()).join().version())
				.isEqualTo(HttpClient.Version.HTTP_2);
			for (int i = 0; i < streams; i++) {
				CompletableFuture<InputStream> body = new CompletableFuture<>();
				client
					.sendAsync(HttpRequest.newBuilder(server.uri("/endless")).build(),
							HttpResponse.BodyHandlers.ofInputStream())
					.thenAccept((response) -> body.complete(response.body()));
				closeQuietly(body.join());
			}
			Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
				Samples samples = server.scrape();
				assertThat(samples.sum(ACTIVE)).isZero();
				assertThat(recorded(samples, RESPONSES))
					.isEqualTo(Map.of("GET /text 200", 1.0, "GET /endless 499", (double) streams));
			});
		}
	}

	@ParameterizedTest
	@EnumSource
	void streamsAreActiveAndCountedButNeitherTimedNorSlow(Container container) throws Exception {
		Application.streaming = new CountDownLatch(1);
		try (TestServer server = TestServer.start(container, Application.class, "gmicro.metrics.enabled=true",
				"gmicro.http.slow-requests.threshold=1ms")) {
			CompletableFuture<Void> stream = CompletableFuture.runAsync(() -> server.get("/events/held"));
			Awaitility.await().untilAsserted(() -> assertThat(server.scrape().sum(ACTIVE)).isEqualTo(1));
			assertThat(server.get("/deferred/timeout").statusCode()).isEqualTo(503);
			Application.streaming.countDown();
			stream.get(20, TimeUnit.SECONDS);
			Awaitility.await().untilAsserted(() -> {
				Samples samples = server.scrape();
				assertThat(recorded(samples, RESPONSES))
					.isEqualTo(Map.of("GET /events/held 200", 1.0, "GET /deferred/timeout 503", 1.0));
				assertThat(recorded(samples, DURATION + "_count")).isEqualTo(Map.of("GET /deferred/timeout 503", 1.0));
				assertThat(recorded(samples, SLOW)).isEqualTo(Map.of("GET /deferred/timeout 503", 1.0));
				assertThat(samples.sum(ACTIVE)).isZero();
			});
		}
		finally {
			Application.streaming.countDown();
		}
	}

	@ParameterizedTest
	@EnumSource
	void whatIsLongLivedCanBeSet(Container container) {
		try (TestServer server = TestServer.start(container, Application.class, "gmicro.metrics.enabled=true",
				"gmicro.http.long-lived.content-types=application/octet-stream")) {
			server.get("/events");
			server.get("/download");
			Awaitility.await().untilAsserted(() -> {
				Samples samples = server.scrape();
				assertThat(recorded(samples, RESPONSES)).containsOnlyKeys("GET /events 200", "GET /download 200");
				assertThat(recorded(samples, DURATION + "_count")).containsOnlyKeys("GET /events 200");
			});
		}
	}

	private static Map<String, Double> recorded(Samples samples, String name) {
		Map<String, Double> recorded = new TreeMap<>();
		samples.of(name)
			.forEach((labels, value) -> recorded.merge(label(labels, "http_request_method") + " "
					+ label(labels, "http_route") + " " + label(labels, "http_response_status_code"), value,
					Double::sum));
		return recorded;
	}

	private static String label(String labels, String name) {
		int start = labels.indexOf(name + "=\"") + name.length() + 2;
		return labels.substring(start, labels.indexOf('"', start));
	}

	private static Sender get(String path, int status) {
		return (server) -> assertThat(server.get(path).statusCode()).as(path).isEqualTo(status);
	}

	private static void upload(TestServer server) {
		String body = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n"
				+ "much ".repeat(50_000) + "\r\n--x--\r\n";
		HttpResponse<String> response = server.send("/upload",
				(request) -> request.header("Content-Type", "multipart/form-data; boundary=x")
					.POST(HttpRequest.BodyPublishers.ofString(body)));
		assertThat(response.body()).isEqualTo("250000");
	}

	private static void expectContinue(TestServer server) throws IOException {
		try (Socket socket = connect(server)) {
			write(socket, "POST /echo HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
					+ "Content-Type: text/plain\r\nContent-Length: 4\r\nConnection: close\r\n\r\n");
			assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
				.isEqualTo("HTTP/1.1 100");
			write(socket, "body");
			assertThat(read(socket)).contains("HTTP/1.1 200", "body");
		}
	}

	private static void upgrade(TestServer server) throws IOException {
		try (Socket socket = connect(server)) {
			write(socket, "GET /upgrade HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
			assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
				.isEqualTo("HTTP/1.1 101");
		}
	}

	/** Three requests of which two are refused a thread of their own. */
	private static void pipelined(TestServer server) throws IOException {
		try (Socket socket = connect(server)) {
			write(socket, "GET /text HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
					+ "GET /never HTTP/1.1\r\nHost: localhost\r\n\r\n");
			assertThat(read(socket)).contains("HTTP/1.1 200").doesNotContain("404");
		}
	}

	private static void goneBeforeTheBody(TestServer server) throws IOException {
		try (Socket socket = connect(server)) {
			socket.setSoLinger(true, 0);
			write(socket, "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
					+ "Content-Length: 1000\r\n\r\npart of it");
			Awaitility.await().untilAsserted(() -> assertThat(server.scrape().sum(ACTIVE)).isPositive());
		}
	}

	private static Sender gone(String path) {
		return (server) -> {
			try (Socket socket = connect(server)) {
				socket.setSoLinger(true, 0);
				write(socket, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
				Awaitility.await().untilAsserted(() -> assertThat(server.scrape().sum(ACTIVE)).isPositive());
			}
		};
	}

	private static Socket connect(TestServer server) throws IOException {
		Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
		socket.setSoTimeout(20_000);
		return socket;
	}

	private static void write(Socket socket, String text) throws IOException {
		OutputStream out = socket.getOutputStream();
		out.write(text.getBytes(StandardCharsets.US_ASCII));
		out.flush();
	}

	private static String read(Socket socket) throws IOException {
		return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
	}

	private static void closeQuietly(InputStream body) {
		try {
			body.close();
		}
		catch (IOException ex) {
			assertThat(ex).isNotNull();
		}
	}

	@Configuration(proxyBeanMethods = false)
	@RestController
	static class Application {

		static final long TIMEOUT_MILLIS = 100;

		static volatile CountDownLatch streaming = new CountDownLatch(0);

		@Bean
		RouterFunction<ServerResponse> functions() {
			return RouterFunctions.route()
				.GET("/fn/events", (request) -> ServerResponse.sse((sse) -> CompletableFuture.runAsync(() -> {
					try {
						sse.send("one");
						sse.complete();
					}
					catch (IOException ex) {
						sse.error(ex);
					}
				})))
				.GET("/fn/{id}", (request) -> ServerResponse.ok().body(request.pathVariable("id")))
				.GET("/fn/{id}/fails", (request) -> {
					throw new IllegalStateException("planned");
				})
				.build();
		}

		@GetMapping("/text")
		String text() {
			return "text";
		}

		@GetMapping("/overflow")
		@SuppressWarnings("InfiniteRecursion")
		String overflow() {
			return overflow();
		}

		@GetMapping("/exhausted")
		String exhausted() {
			throw new OutOfMemoryError("planned");
		}

		@GetMapping("/future")
		CompletableFuture<String> future() {
			return CompletableFuture.supplyAsync(() -> "future");
		}

		@GetMapping("/future/fails")
		CompletableFuture<String> failingFuture() {
			return CompletableFuture.failedFuture(new IllegalStateException("planned"));
		}

		@GetMapping("/async/twice")
		void twice(HttpServletRequest request, HttpServletResponse response) throws IOException {
			if (request.getDispatcherType() == DispatcherType.REQUEST) {
				request.startAsync().dispatch();
			}
			else {
				request.startAsync();
				response.getOutputStream().print("twice");
				request.getAsyncContext().complete();
			}
		}

		@GetMapping("/deferred/timeout")
		DeferredResult<String> timeout() {
			return new DeferredResult<>(TIMEOUT_MILLIS);
		}

		@GetMapping("/deferred/never")
		DeferredResult<String> never() {
			return new DeferredResult<>(500L);
		}

		@GetMapping("/events")
		SseEmitter events() throws IOException {
			SseEmitter emitter = new SseEmitter();
			emitter.send("one");
			emitter.complete();
			return emitter;
		}

		@GetMapping("/events/held")
		SseEmitter heldEvents() {
			SseEmitter emitter = new SseEmitter();
			CompletableFuture.runAsync(() -> {
				try {
					emitter.send("one");
					streaming.await();
					emitter.complete();
				}
				catch (IOException | InterruptedException ex) {
					emitter.completeWithError(ex);
				}
			});
			return emitter;
		}

		@GetMapping("/lines")
		ResponseEntity<StreamingResponseBody> lines() {
			return ResponseEntity.ok()
				.contentType(MediaType.parseMediaType("application/x-ndjson"))
				.body((out) -> out.write("{}\n".getBytes(StandardCharsets.US_ASCII)));
		}

		@GetMapping("/download")
		ResponseEntity<StreamingResponseBody> download() {
			return ResponseEntity.ok().contentType(MediaType.APPLICATION_OCTET_STREAM).body((out) -> out.write(1));
		}

		@PostMapping("/upload")
		String upload(@RequestParam("file") MultipartFile file) {
			return Long.toString(file.getSize());
		}

		@PostMapping("/echo")
		String echo(@RequestBody String body) {
			return body;
		}

		@GetMapping("/upgrade")
		void upgrade(HttpServletRequest request, HttpServletResponse response) throws Exception {
			response.setStatus(HttpServletResponse.SC_SWITCHING_PROTOCOLS);
			response.setHeader("Upgrade", "echo");
			response.setHeader("Connection", "Upgrade");
			request.upgrade(Upgraded.class);
		}

		@GetMapping("/endless")
		void endless(HttpServletResponse response) throws IOException {
			byte[] block = new byte[1 << 16];
			for (int i = 0; i < 100_000; i++) {
				response.getOutputStream().write(block);
			}
		}

		@GetMapping("/callable")
		Callable<String> callable() {
			return () -> "callable";
		}

	}

	/** Ends the connection it was given. */
	public static final class Upgraded implements HttpUpgradeHandler {

		@Override
		public void init(WebConnection connection) {
			try {
				connection.close();
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
		}

		@Override
		public void destroy() {
		}

	}

}
