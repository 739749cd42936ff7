package io.gmicro.slow;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.gmicro.testing.Container;
import io.gmicro.testing.TestServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is told of slow requests on real containers.
 */
@ExtendWith(OutputCaptureExtension.class)
class SlowRequestsTests {

	private static final String COUNTER = "http_server_slow_requests_total";

	private static final String THREAD = "gmicro-sampler";

	private static final String[] PROPERTIES = { "gmicro.metrics.enabled=true",
			"gmicro.http.slow-requests.threshold=200ms" };

	@ParameterizedTest
	@EnumSource
	void slowRequestIsCountedOnceAndItsStackCaught(Container container, CapturedOutput output) {
		try (TestServer server = TestServer.start(container, Application.class, PROPERTIES)) {
			assertThat(server.get("/wait/700").statusCode()).isEqualTo(200);
			assertThat(server.get("/wait/1").statusCode()).isEqualTo(200);
			SlowRequest story = story(server);
			assertThat(story.route()).isEqualTo("/wait/{millis}");
			assertThat(story.status()).isEqualTo("200");
			assertThat(story.traceId()).isEqualTo("trace-1");
			assertThat(story.duration()).isGreaterThan(Duration.ofMillis(700));
			assertThat(story.samples()).isGreaterThanOrEqualTo(3);
			assertThat(methods(story.stacks().root())).contains("waitFor");
			assertThat(slow(server)).containsExactly(Map.entry(
					"http_request_method=\"GET\",http_response_status_code=\"200\",http_route=\"/wait/{millis}\"",
					1.0));
			assertThat(output.getOut().lines().filter((line) -> line.contains("Slow request: "))).singleElement()
				.asString()
				.contains("WARN", "GET /wait/{millis} took ", " s, status 200, trace trace-1, other ", " %, ",
						" in io.gmicro.slow.SlowRequestsTests$Application.waitFor(", ", of which ",
						" in java.util.concurrent.CompletableFuture.get(");
			assertThat(output.getOut().lines().filter((line) -> line.contains("Slow request still running: ")))
				.singleElement()
				.asString()
				.contains("WARN", "GET /wait/{millis} after 0.", " s, other ",
						"in io.gmicro.slow.SlowRequestsTests$Application.waitFor(",
						"in java.util.concurrent.CompletableFuture.get(");
		}
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void stackOfVirtualThreadIsCaught() {
		try (TestServer server = TestServer.start(Container.TOMCAT, Application.class, PROPERTIES[0], PROPERTIES[1],
				"spring.threads.virtual.enabled=true")) {
			assertThat(server.get("/wait/700").statusCode()).isEqualTo(200);
			assertThat(methods(story(server).stacks().root())).contains("waitFor");
		}
	}

	@ParameterizedTest
	@EnumSource
	void asynchronousRequestKeepsItsTrace(Container container) {
		try (TestServer server = TestServer.start(container, Application.class, PROPERTIES)) {
			assertThat(server.get("/later").body()).isEqualTo("later");
			SlowRequest story = story(server);
			assertThat(story.route()).isEqualTo("/later");
			assertThat(story.traceId()).isEqualTo("trace-1");
		}
	}

	@ParameterizedTest
	@EnumSource
	void streamIsNotSlow(Container container) {
		try (TestServer server = TestServer.start(container, Application.class, PROPERTIES)) {
			assertThat(server.get("/events").body()).contains("last");
			Awaitility.await()
				.untilAsserted(() -> assertThat(server.scrape().sum("http_server_responses_total")).isEqualTo(1));
			assertThat(slow(server)).isEmpty();
		}
	}

	@Test
	void routeHasItsOwnThreshold() {
		try (TestServer server = TestServer.start(Container.TOMCAT, Application.class, PROPERTIES[0], PROPERTIES[1],
				"gmicro.http.slow-requests.routes[/wait/{millis}]=10s")) {
			server.get("/wait/400");
			server.get("/later");
			assertThat(story(server).route()).isEqualTo("/later");
			assertThat(slow(server)).hasSize(1);
		}
	}

	@Test
	void whenSwitchedOffNeitherCounterNorThreadExists() {
		try (TestServer server = TestServer.start(Container.TOMCAT, Application.class, PROPERTIES)) {
			assertThat(samplers()).isEqualTo(1);
			assertThat(server.context().getBeanNamesForType(SlowRequests.class)).isNotEmpty();
		}
		Awaitility.await().until(() -> samplers() == 0);
		try (TestServer server = TestServer.start(Container.TOMCAT, Application.class, PROPERTIES[0], PROPERTIES[1],
				"gmicro.http.slow-requests.enabled=false", "gmicro.sampling.enabled=false")) {
			server.get("/wait/400");
			Awaitility.await()
				.untilAsserted(() -> assertThat(server.scrape().sum("http_server_responses_total")).isEqualTo(1));
			assertThat(samplers()).isZero();
			assertThat(server.context().getBeanNamesForType(SlowRequests.class)).isEmpty();
			assertThat(slow(server)).isEmpty();
		}
	}

	private static SlowRequest story(TestServer server) {
		SlowRequests slow = server.context().getBean(SlowRequests.class);
		return Awaitility.await().until(slow::newestFirst, (stories) -> stories.size() == 1).get(0);
	}

	private static List<String> methods(StackTree.Node node) {
		return node.callees()
			.stream()
			.flatMap((callee) -> Stream.concat(Stream.of(Objects.requireNonNull(callee.call()).getMethodName()),
					methods(callee).stream()))
			.toList();
	}

	private static Map<String, Double> slow(TestServer server) {
		return server.scrape().of(COUNTER);
	}

	private static long samplers() {
		return Thread.getAllStackTraces().keySet().stream().filter((thread) -> thread.getName().equals(THREAD)).count();
	}

	@Configuration(proxyBeanMethods = false)
	@RestController
	static class Application {

		@Bean
		TraceIds traceIds() {
			return () -> "trace-1";
		}

		@GetMapping("/wait/{millis}")
		String waitFor(@PathVariable long millis) throws Exception {
			return after(millis, "waited").get();
		}

		@GetMapping("/later")
		CompletableFuture<String> later() {
			return after(500, "later");
		}

		@GetMapping("/events")
		SseEmitter events() {
			SseEmitter emitter = new SseEmitter();
			CompletableFuture<Void> sent = after(500, "last").thenAccept((event) -> {
				try {
					emitter.send(event);
					emitter.complete();
				}
				catch (IOException ex) {
					emitter.completeWithError(ex);
				}
			});
			emitter.onError((ex) -> sent.cancel(true));
			return emitter;
		}

		private static CompletableFuture<String> after(long millis, String result) {
			return CompletableFuture.supplyAsync(() -> result,
					CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS));
		}

	}

}
