package io.gmicro.http;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

import io.gmicro.testing.AccessLog;
import io.gmicro.testing.Container;
import io.gmicro.testing.RawClient;
import io.gmicro.testing.Samples;
import io.gmicro.testing.TestServer;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletResponse;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Responses that the server breaks off after they were committed have the status of the
 * container's access log, and are counted apart.
 */
class AbortedResponsesTests {

	private static final String ABORTED = "http_server_aborted_responses_total";

	private static final int MORE_THAN_A_BUFFER = 300_000;

	static final List<String> BROKEN = List.of("/aborted", "/aborted/io", "/aborted/io/wrapped", "/aborted/complete",
			"/aborted/stream", "/aborted/stream/io", "/aborted/emitter", "/aborted/events");

	@ParameterizedTest
	@EnumSource
	void failuresAfterTheCommitAreCountedApart(Container container) throws IOException {
		verify(container, "server.error.path=/error");
	}

	@ParameterizedTest
	@EnumSource
	void withoutAnErrorPageAsWell(Container container) throws IOException {
		verify(container, "spring.main.sources=" + SentStatusTests.WithoutPage.class.getName());
	}

	private static void verify(Container container, String property) throws IOException {
		try (TestServer server = TestServer.start(container, Application.class, "gmicro.metrics.enabled=true",
				property)) {
			for (String path : BROKEN) {
				assertThat(RawClient.answer(server, "GET", path)).as(path).startsWith("HTTP/1.1 200");
			}
			assertThat(RawClient.answer(server, "GET", "/whole")).startsWith("HTTP/1.1 200");
			assertThat(RawClient.answer(server, "GET", "/aborted/never/fails")).startsWith("HTTP/1.1 500");
			AccessLog log = server.context().getBean(AccessLog.class);
			Awaitility.await().untilAsserted(() -> {
				Samples samples = server.scrape();
				Map<String, Double> logged = new TreeMap<>();
				log.lines()
					.forEach((line) -> logged.merge("GET " + line.path() + " " + line.status(), 1.0, Double::sum));
				assertThat(logged).hasSize(BROKEN.size() + 2);
				assertThat(Recorded.of(samples, "http_server_responses_total")).isEqualTo(logged);
				assertThat(samples.of(ABORTED)).hasSize(BROKEN.size())
					.allSatisfy((labels, count) -> assertThat(count).isEqualTo(1));
				assertThat(samples.of(ABORTED).keySet()).noneMatch((labels) -> labels.contains("http_route=\"/whole\"")
						|| labels.contains("http_route=\"/aborted/never/fails\""));
				assertThat(samples.sum("http_server_active_requests")).isZero();
			});
		}
	}

	@ParameterizedTest
	@EnumSource
	void clientsThatWentAwayAreNotAmongThem(Container container) throws Exception {
		try (TestServer server = TestServer.start(container, KindsApplication.class, KindsApplication.PROPERTIES)) {
			Senders.gone("/endless").send(server);
			Senders.goneBeforeTheBody(server);
			Senders.resetStream(server);
			Awaitility.await().untilAsserted(() -> {
				Samples samples = server.scrape();
				assertThat(Recorded.of(samples, "http_server_responses_total"))
					.isEqualTo(Map.of("GET /endless 499", 2.0, "POST /echo 499", 1.0));
				assertThat(samples.hasFamily(ABORTED)).isFalse();
			});
		}
	}

	@Configuration(proxyBeanMethods = false)
	@RestController
	static class Application {

		@Bean
		static AccessLog accessLog() {
			return new AccessLog();
		}

		@GetMapping("/whole")
		String whole() {
			return "whole";
		}

		@GetMapping("/aborted/never/fails")
		String fails() {
			throw new IllegalStateException("planned");
		}

		@GetMapping("/aborted")
		void aborted(HttpServletResponse response) throws IOException {
			begin(response);
			throw new IllegalStateException("planned");
		}

		@GetMapping("/aborted/io")
		void abortedIo(HttpServletResponse response) throws IOException {
			begin(response);
			throw new IOException("planned");
		}

		@GetMapping("/aborted/io/wrapped")
		void abortedIoWrapped(HttpServletResponse response) throws Exception {
			begin(response);
			throw new ServletException(new IOException("planned"));
		}

		/** Not a byte is missing, and yet the handler has failed. */
		@GetMapping("/aborted/complete")
		void complete(HttpServletResponse response) throws IOException {
			response.setContentLength(5);
			begin(response);
			throw new IllegalStateException("planned");
		}

		private static void begin(HttpServletResponse response) throws IOException {
			response.getOutputStream().print("begun");
			response.flushBuffer();
		}

		@GetMapping("/aborted/stream")
		StreamingResponseBody stream() {
			return (out) -> {
				out.write(new byte[MORE_THAN_A_BUFFER]);
				throw new IllegalStateException("planned");
			};
		}

		@GetMapping("/aborted/stream/io")
		StreamingResponseBody streamIo() {
			return (out) -> {
				out.write(new byte[MORE_THAN_A_BUFFER]);
				throw new IOException("planned");
			};
		}

		@GetMapping("/aborted/emitter")
		ResponseBodyEmitter emitter() {
			return begun(new ResponseBodyEmitter());
		}

		@GetMapping("/aborted/events")
		SseEmitter events() {
			return begun(new SseEmitter());
		}

		private static <E extends ResponseBodyEmitter> E begun(E emitter) {
			CompletableFuture.runAsync(() -> {
				try {
					emitter.send("begun");
					emitter.completeWithError(new IllegalStateException("planned"));
				}
				catch (IOException ex) {
					emitter.completeWithError(ex);
				}
			});
			return emitter;
		}

	}

}
