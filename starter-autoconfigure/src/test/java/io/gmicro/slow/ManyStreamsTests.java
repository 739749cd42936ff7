package io.gmicro.slow;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.gmicro.testing.Container;
import io.gmicro.testing.RawClient;
import io.gmicro.testing.TestServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Slow requests beside more open ones than the threads of a server could keep slots for.
 */
@ExtendWith(OutputCaptureExtension.class)
class ManyStreamsTests {

	private static final String PAGE = "/debug/requests?format=json";

	private static final int STREAMS = 800;

	private static final int POLLS = 250;

	@ParameterizedTest
	@EnumSource
	void slowRequestsAreSeenBesideThem(Container container, CapturedOutput output) throws Exception {
		List<RawClient> clients = new ArrayList<>();
		try (TestServer server = TestServer.start(container, Application.class, "gmicro.metrics.enabled=true",
				"gmicro.http.slow-requests.threshold=200ms", "gmicro.http.slow-requests.endpoint.enabled=true",
				"gmicro.diagnostics.access=unrestricted", "server.tomcat.threads.max=4",
				"server.tomcat.threads.min-spare=4", "server.shutdown=immediate")) {
			for (int i = 0; i < STREAMS; i++) {
				clients.add(RawClient.send(server, "GET", "/events"));
			}
			for (int i = 0; i < POLLS; i++) {
				clients.add(RawClient.send(server, "GET", "/poll"));
			}
			Awaitility.await().atMost(1, TimeUnit.MINUTES).untilAsserted(() -> {
				JsonNode streams = page(server).path("streams");
				assertThat(streams).hasSize(1);
				assertThat(streams.path(0).path("route").asString()).isEqualTo("/events");
				assertThat(streams.path(0).path("count").asInt()).isEqualTo(STREAMS);
			});
			Application application = server.context().getBean(Application.class);
			CompletableFuture<Integer> slow = CompletableFuture
				.supplyAsync(() -> server.get("/slow/held").statusCode());
			Awaitility.await().untilAsserted(() -> {
				JsonNode first = page(server).path("running").path(0);
				assertThat(first.path("route").asString()).isEqualTo("/slow/held");
				assertThat(first.path("slow").asBoolean()).isTrue();
			});
			assertThat(page(server).path("runningNotShown").asInt()).isBetween(1, POLLS);
			assertThat(server.get("/debug/requests").body()).contains("<span class=\"number\">" + STREAMS + "</span>");
			assertThat(server.get("/debug/requests?format=text").body())
				.contains("GET /events, " + STREAMS + " streams, the oldest for ");
			application.released.countDown();
			assertThat(slow.get(20, TimeUnit.SECONDS)).isEqualTo(200);
			for (int i = 1; i <= 4; i++) {
				assertThat(server.get("/slow").statusCode()).isEqualTo(200);
			}
			List<SlowRequest> stories = Awaitility.await()
				.until(() -> server.context().getBean(SlowRequests.class).newestFirst(),
						(newest) -> newest.size() == 5);
			assertThat(stories).allSatisfy((story) -> assertThat(story.samples()).isPositive());
			assertThat(server.scrape().of("gmicro_overflow_total").get("label=\"active_exchange\"")).isZero();
			// Until it is known that they are streams they may be slow, on a busy machine
			assertThat(output.getOut().lines().filter((line) -> line.contains("Slow request")))
				.noneMatch((line) -> line.contains("/events") && line.contains(RequestText.ASYNCHRONOUS));
		}
		finally {
			for (RawClient client : clients) {
				client.reset();
			}
		}
	}

	private static JsonNode page(TestServer server) {
		return new JsonMapper().readTree(server.get(PAGE).body());
	}

	@Configuration(proxyBeanMethods = false)
	@RestController
	static class Application {

		private final CountDownLatch released = new CountDownLatch(1);

		/** Has sent nothing yet, and no content type either. */
		@GetMapping("/events")
		SseEmitter events() {
			return new SseEmitter(0L);
		}

		@GetMapping("/poll")
		DeferredResult<String> poll() {
			return new DeferredResult<>(0L);
		}

		@GetMapping("/slow/held")
		String held() throws InterruptedException {
			return "released: " + this.released.await(30, TimeUnit.SECONDS);
		}

		@GetMapping("/slow")
		String slow() throws InterruptedException {
			return "released: " + new CountDownLatch(1).await(600, TimeUnit.MILLISECONDS);
		}

	}

}
