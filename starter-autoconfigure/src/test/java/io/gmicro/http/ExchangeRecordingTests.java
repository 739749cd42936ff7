package io.gmicro.http;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntFunction;

import io.gmicro.route.RouteLabels;
import io.gmicro.testing.Container;
import io.gmicro.testing.Labels;
import io.gmicro.testing.Samples;
import io.gmicro.testing.TestServer;
import jakarta.servlet.http.HttpServletResponse;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

/**
 * What is recorded of requests to a real container.
 */
class ExchangeRecordingTests {

	private static final String COUNT = "http_server_request_duration_seconds_count";

	private static final String RESPONSES = "http_server_responses_total";

	private static final String ACTIVE = "http_server_active_requests";

	private static final String RESPONSE_BYTES = "http_server_response_body_size_bytes_sum";

	@ParameterizedTest
	@EnumSource
	void whenExceptionEscapesWithoutSpringObservationStatusIs500(Container container) {
		try (TestServer server = start(container, "gmicro.http.spring-observation.enabled=false")) {
			assertThat(server.get("/fail").statusCode()).isEqualTo(500);
			eventually(server, (samples) -> {
				assertThat(samples.of(COUNT)).containsExactly(entry(labels("GET", "/fail", "500"), 1.0));
				assertThat(samples.hasFamily("http_server_requests")).isFalse();
			});
		}
	}

	@ParameterizedTest
	@EnumSource
	void bodySizesAreWhatTheClientGets(Container container) {
		try (TestServer server = start(container)) {
			int text = server.get("/text").body().getBytes(StandardCharsets.UTF_8).length;
			server.send("/text", (request) -> request.method("HEAD", HttpRequest.BodyPublishers.noBody()));
			int echo = server.send("/echo", (request) -> request.POST(HttpRequest.BodyPublishers.ofString("12345678")))
				.body()
				.length();
			int errorPage = server.get("/teapot").body().length();
			int exceptionPage = server.get("/fail").body().length();
			server.get("/empty");
			eventually(server, (samples) -> {
				assertThat(samples.of(RESPONSE_BYTES)).containsOnly(entry(labels("GET", "/text"), (double) text),
						entry(labels("HEAD", "/text"), 0.0), entry(labels("POST", "/echo"), (double) echo),
						entry(labels("GET", "/teapot"), (double) errorPage),
						entry(labels("GET", "/fail"), (double) exceptionPage), entry(labels("GET", "/empty"), 0.0));
				assertThat(samples.of("http_server_response_body_size_bytes_count")).hasSize(6)
					.allSatisfy((labels, count) -> assertThat(count).isEqualTo(1));
				assertThat(samples.of("http_server_request_body_size_bytes_sum"))
					.containsExactly(entry(labels("POST", "/echo"), 8.0));
			});
			assertThat(errorPage).isGreaterThan(50);
		}
	}

	@ParameterizedTest
	@EnumSource
	void activeRequestsCountWhatIsBeingServed(Container container) throws Exception {
		try (TestServer server = start(container)) {
			Thread request = new Thread(() -> server.get("/wait"));
			request.start();
			assertThat(Application.waiting.await(10, TimeUnit.SECONDS)).isTrue();
			Samples running = server.scrape();
			assertThat(running.of(ACTIVE)).hasSize(11).containsEntry(Labels.request("GET"), 1.0);
			assertThat(running.sum(ACTIVE)).isEqualTo(1);
			Application.released.countDown();
			request.join();
			eventually(server, (samples) -> assertThat(samples.sum(ACTIVE)).isZero());
		}
		finally {
			Application.reset();
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenObserverThrowsRequestIsServedAndFailureCounted(Container container) {
		try (TestServer server = start(container)) {
			server.context().getBean(Application.Failing.class).failing = true;
			assertThat(server.get("/text").statusCode()).isEqualTo(200);
			assertThat(server.get("/text").statusCode()).isEqualTo(200);
			eventually(server, (samples) -> {
				assertThat(samples.sum("gmicro_observer_errors_total")).isEqualTo(4);
				assertThat(samples.of(COUNT)).containsExactly(entry(labels("GET", "/text", "200"), 2.0));
			});
		}
	}

	@ParameterizedTest
	@EnumSource
	void excludedPathsAreNotRecorded(Container container) {
		try (TestServer server = start(container, "gmicro.metrics.endpoint.path=/prom",
				"management.endpoints.web.base-path=/manage", "management.endpoints.web.exposure.include=*")) {
			assertThat(server.get("/prom").statusCode()).isEqualTo(200);
			assertThat(server.get("/manage/health").statusCode()).isEqualTo(200);
			server.get("/debug/none");
			server.get("/text");
			Awaitility.await()
				.untilAsserted(() -> assertThat(Samples.parse(server.get("/prom").body()).of(COUNT))
					.containsExactly(entry(labels("GET", "/text", "200"), 1.0)));
		}
	}

	@ParameterizedTest
	@EnumSource
	void excludedPathsAreTheOnesThatAreSet(Container container) {
		try (TestServer server = start(container, "gmicro.http.exclude-paths=/text,/item/**")) {
			server.get("/text");
			server.get("/item/1");
			server.get("/empty");
			server.scrape();
			eventually(server, (samples) -> assertThat(samples.of(COUNT))
				.containsOnlyKeys(labels("GET", "/empty", "200"), labels("GET", RouteLabels.UNKNOWN, "200")));
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenRoutesExceedLimitSumsStayExact(Container container) {
		try (TestServer server = start(container, "gmicro.http.max-routes=5")) {
			for (int i = 0; i < 20; i++) {
				assertThat(server.get("/generated/" + i).statusCode()).isEqualTo(200);
			}
			eventually(server, (samples) -> {
				assertThat(samples.of(RESPONSES)).hasSize(6).containsEntry(labels("GET", Exchange.OTHER, "200"), 15.0);
				assertThat(samples.sum(RESPONSES)).isEqualTo(20);
				assertThat(samples.of("gmicro_overflow_total")).containsEntry("label=\"http_route\"", 15.0);
			});
		}
	}

	@ParameterizedTest
	@EnumSource
	void manyUnknownPathsMakeOneSeries(Container container) throws Exception {
		int requests = 10_000;
		try (TestServer server = start(container)) {
			pipeline(server, requests, (i) -> "GET /unknown/" + i + " HTTP/1.1\r\nHost: localhost\r\n");
			eventually(server, (samples) -> assertThat(samples.of(RESPONSES))
				.containsExactly(entry(labels("GET", RouteLabels.NOT_FOUND, "404"), (double) requests)));
		}
	}

	@ParameterizedTest
	@EnumSource
	void madeUpMethodsShareOneLabel(Container container) throws Exception {
		int requests = 2_000;
		try (TestServer server = start(container)) {
			pipeline(server, requests, (i) -> "MADE" + i + " /text HTTP/1.1\r\nHost: localhost\r\n");
			eventually(server, (samples) -> {
				assertThat(samples.of(RESPONSES)).hasSize(1)
					.allSatisfy((labels, count) -> assertThat(labels).contains("http_request_method=\"_OTHER\""));
				assertThat(samples.sum(RESPONSES)).isEqualTo(requests);
				assertThat(samples.of("gmicro_overflow_total")).containsEntry("label=\"http_request_method\"",
						(double) requests);
			});
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenClientGoesAwayDuringBodyStatusIs499(Container container) throws IOException {
		try (TestServer server = start(container)) {
			try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
				socket.setSoLinger(true, 0);
				socket.getOutputStream()
					.write("GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
				assertThat(socket.getInputStream().read()).isEqualTo('H');
			}
			eventually(server, (samples) -> {
				assertThat(samples.of(COUNT)).containsExactly(entry(labels("GET", "/endless", "499"), 1.0));
				assertThat(samples.sum(ACTIVE)).isZero();
			});
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenClientGoesAwayDuringEventsStatusIs499(Container container) throws IOException {
		try (TestServer server = start(container)) {
			try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
				socket.setSoLinger(true, 0);
				socket.getOutputStream()
					.write("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
				assertThat(socket.getInputStream().read()).isEqualTo('H');
			}
			eventually(server, (samples) -> {
				assertThat(samples.of(RESPONSES)).containsExactly(entry(labels("GET", "/events", "499"), 1.0));
				assertThat(samples.of(COUNT)).isEmpty();
				assertThat(samples.sum(ACTIVE)).isZero();
			});
		}
	}

	private static TestServer start(Container container, String... properties) {
		String[] all = new String[properties.length + 2];
		all[0] = "gmicro.metrics.enabled=true";
		all[1] = "server.tomcat.max-keep-alive-requests=-1";
		System.arraycopy(properties, 0, all, 2, properties.length);
		return TestServer.start(container, Application.class, all);
	}

	private static String labels(String method, String route, String status) {
		return Labels.response(method, route, Integer.parseInt(status));
	}

	private static String labels(String method, String route) {
		return Labels.route(method, route);
	}

	/** Records may be written a moment after the client has its answer. */
	private static void eventually(TestServer server, Consumer<Samples> assertions) {
		Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertions.accept(server.scrape()));
	}

	/**
	 * Sends requests on one connection without waiting for answers, then reads to the
	 * end.
	 */
	private static void pipeline(TestServer server, int requests, IntFunction<String> head) throws Exception {
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
			FutureTask<Void> writing = new FutureTask<>(() -> {
				OutputStream out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
				for (int i = 0; i < requests; i++) {
					String end = (i == requests - 1) ? "Connection: close\r\n\r\n" : "\r\n";
					out.write((head.apply(i) + end).getBytes(StandardCharsets.US_ASCII));
				}
				out.flush();
				return null;
			});
			new Thread(writing).start();
			socket.getInputStream().transferTo(OutputStream.nullOutputStream());
			writing.get(1, TimeUnit.MINUTES);
		}
	}

	@Configuration(proxyBeanMethods = false)
	@RestController
	static class Application {

		static volatile CountDownLatch waiting = new CountDownLatch(1);

		static volatile CountDownLatch released = new CountDownLatch(1);

		static void reset() {
			waiting = new CountDownLatch(1);
			released = new CountDownLatch(1);
		}

		@Bean
		Failing failing() {
			return new Failing();
		}

		@Bean
		RouterFunction<ServerResponse> generated() {
			RouterFunctions.Builder routes = RouterFunctions.route();
			for (int i = 0; i < 20; i++) {
				routes.GET("/generated/" + i, (request) -> ServerResponse.ok().body("generated"));
			}
			return routes.build();
		}

		@GetMapping("/text")
		String text() {
			return "Grüße aus dem Süden";
		}

		@GetMapping("/item/{id}")
		String item(@PathVariable String id) {
			return id;
		}

		@PostMapping("/echo")
		String echo(@RequestBody String body) {
			return body + body;
		}

		@GetMapping("/empty")
		ResponseEntity<Void> empty() {
			return ResponseEntity.ok().build();
		}

		@GetMapping("/fail")
		String fail() {
			throw new IllegalStateException("planned");
		}

		@GetMapping("/teapot")
		void teapot(HttpServletResponse response) throws IOException {
			response.sendError(418);
		}

		@GetMapping("/wait")
		String await() throws InterruptedException {
			waiting.countDown();
			return Boolean.toString(released.await(10, TimeUnit.SECONDS));
		}

		@GetMapping("/callable")
		Callable<String> callable() {
			return () -> "callable";
		}

		@GetMapping("/events")
		SseEmitter events() {
			SseEmitter emitter = new SseEmitter();
			// Not before Spring has the emitter: until then it keeps everything in memory
			CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS).execute(() -> {
				try {
					String block = "x".repeat(1 << 14);
					for (int i = 0; i < 10_000; i++) {
						emitter.send(block);
					}
					emitter.complete();
				}
				catch (IOException ex) {
					emitter.completeWithError(ex);
				}
			});
			return emitter;
		}

		@GetMapping("/endless")
		void endless(HttpServletResponse response) throws IOException {
			byte[] block = new byte[1 << 16];
			for (int i = 0; i < 100_000; i++) {
				response.getOutputStream().write(block);
			}
		}

		/** Fails on purpose once it is told to. */
		static final class Failing implements ExchangeObserver {

			private volatile boolean failing;

			@Override
			public void onStart(Exchange exchange) {
				fail();
			}

			@Override
			public void onEnd(Exchange exchange) {
				fail();
			}

			private void fail() {
				if (this.failing) {
					throw new IllegalStateException("planned");
				}
			}

		}

	}

}
