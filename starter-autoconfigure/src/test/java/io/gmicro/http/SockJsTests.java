package io.gmicro.http;

import java.util.List;

import io.gmicro.testing.Container;
import io.gmicro.testing.RawClient;
import io.gmicro.testing.Samples;
import io.gmicro.testing.TestServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.annotation.Configuration;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;
import org.springframework.web.socket.config.annotation.EnableWebSocket;
import org.springframework.web.socket.config.annotation.WebSocketConfigurer;
import org.springframework.web.socket.config.annotation.WebSocketHandlerRegistry;
import org.springframework.web.socket.handler.TextWebSocketHandler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Streams that are none by their content type.
 */
class SockJsTests {

	private static final String ACTIVE = "http_server_active_requests";

	@ParameterizedTest
	@ValueSource(strings = { "POST xhr_streaming", "POST xhr", "GET eventsource", "GET htmlfile?c=f" })
	void transportsThatAreHeldOpenAreNeitherTimedNorSlow(String transport) throws Exception {
		String method = transport.substring(0, transport.indexOf(' '));
		String session = transport.endsWith(" xhr") ? "open" : "new";
		String path = "/sock/000/" + session + "/" + transport.substring(method.length() + 1);
		try (TestServer server = TestServer.start(Container.TOMCAT, Application.class, "gmicro.metrics.enabled=true",
				"gmicro.http.slow-requests.threshold=100ms", "gmicro.http.slow-requests.endpoint.enabled=true",
				"gmicro.diagnostics.access=unrestricted", "server.shutdown=immediate")) {
			RawClient opened = RawClient.send(server, "POST", "/sock/000/open/xhr", "Content-Length: 0");
			Awaitility.await()
				.untilAsserted(() -> assertThat(server.scrape().sum("http_server_responses_total")).isEqualTo(1));
			opened.close();
			double timed = server.scrape().sum("http_server_request_duration_seconds_count");
			RawClient client = RawClient.send(server, method, path, "Content-Length: 0");
			Awaitility.await()
				.untilAsserted(() -> assertThat(server.get("/debug/requests?format=json").body())
					.containsPattern("\"streams\":\\[\\{\"method\":\"" + method
							+ "\",\"route\":\"/sock/\\*\\*\",\"count\":1," + "\"oldestSeconds\":(0\\.[2-9]|[1-9])"));
			client.reset();
			Awaitility.await().untilAsserted(() -> {
				Samples samples = server.scrape();
				assertThat(samples.sum(ACTIVE)).isZero();
				assertThat(samples.sum("http_server_responses_total")).isEqualTo(2);
				assertThat(samples.sum("http_server_request_duration_seconds_count")).isEqualTo(timed);
				assertThat(samples.of("http_server_slow_requests_total").entrySet())
					.noneMatch((entry) -> entry.getValue() > 0);
			});
		}
	}

	@Test
	void downloadThatTakesLongIsNoStream() {
		try (TestServer server = TestServer.start(Container.TOMCAT, Application.class, "gmicro.metrics.enabled=true")) {
			assertThat(server.get("/download").body()).isEqualTo("x");
			Awaitility.await()
				.untilAsserted(() -> assertThat(server.scrape().sum("http_server_request_duration_seconds_count"))
					.isEqualTo(1));
		}
	}

	@Test
	void whatPromisesAStreamIsOneUntilItAnswersOtherwise() {
		LongLived longLived = new LongLived(List.of("text/event-stream"));
		MockHttpServletRequest request = new MockHttpServletRequest("GET", "/");
		MockHttpServletResponse response = new MockHttpServletResponse();
		assertThat(longLived.begins(request, response)).isFalse();
		request.addHeader("Accept", "text/event-stream");
		assertThat(longLived.begins(request, response)).isTrue();
		assertThat(longLived.ended(request, response, 200, true)).isTrue();
		assertThat(longLived.ended(request, response, 499, true)).isTrue();
		assertThat(longLived.ended(request, response, 503, true)).isFalse();
		assertThat(longLived.ended(request, response, 200, false)).isFalse();
		response.setContentType("application/json");
		assertThat(longLived.begins(request, response)).isFalse();
		assertThat(longLived.ended(request, response, 200, true)).isFalse();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableWebSocket
	@RestController
	static class Application implements WebSocketConfigurer {

		@Override
		public void registerWebSocketHandlers(WebSocketHandlerRegistry registry) {
			registry.addHandler(new TextWebSocketHandler(), "/sock").withSockJS().setHeartbeatTime(500);
		}

		@GetMapping("/download")
		StreamingResponseBody download() {
			return (out) -> out.write('x');
		}

	}

}
