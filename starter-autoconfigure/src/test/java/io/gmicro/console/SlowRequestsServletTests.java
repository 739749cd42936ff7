package io.gmicro.console;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.gmicro.testing.Container;
import io.gmicro.testing.TestServer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The page as a client sees it, on real containers.
 */
class SlowRequestsServletTests {

	private static final String[] PROPERTIES = { "gmicro.metrics.enabled=true",
			"gmicro.http.slow-requests.endpoint.enabled=true", "gmicro.http.slow-requests.threshold=50ms",
			"gmicro.diagnostics.access=unrestricted" };

	private static final double LONG_ENOUGH_TO_BE_SAMPLED = 0.5;

	private static final String OWN_METHOD = "SlowRequestsServletTests$Controller.held";

	private static final String PAGE = "/debug/requests";

	@ParameterizedTest
	@EnumSource
	void runningRequestIsShownWithItsStackAndAfterwardsInTheHistory(Container container) {
		try (TestServer server = TestServer.start(container, Controller.class, PROPERTIES)) {
			assertThat(server.get(PAGE).body()).contains("No request is being served.", "No request was slow.");
			Controller controller = server.context().getBean(Controller.class);
			CompletableFuture<HttpResponse<String>> answer = CompletableFuture
				.supplyAsync(() -> server.get("/held/7?token=secret"));
			JsonNode running = await().until(() -> json(server, PAGE).path("running").path(0),
					(request) -> request.path("ageSeconds").asDouble() > LONG_ENOUGH_TO_BE_SAMPLED);
			assertThat(running.path("slow").asBoolean()).isTrue();
			assertThat(running.path("method").asString()).isEqualTo("GET");
			assertThat(running.path("route").asString()).isEqualTo("/held/{id}");
			assertThat(running.path("thread").asString()).isNotBlank();
			assertThat(running.path("thresholdSeconds").asDouble()).isEqualTo(0.05);
			String live = PAGE + "?live=" + running.path("id").asString();
			assertThat(server.get(PAGE).body()).contains("/held/{id}", "past its threshold of 0.050 s")
				.contains("href=\"" + live.substring(PAGE.length()) + "#live\"")
				.doesNotContain(OWN_METHOD);
			assertThat(server.get(live).body().replaceAll("<[^>]*>", "")).contains(OWN_METHOD);
			assertThat(server.get(live + "&format=text").body()).contains(OWN_METHOD, "GET /held/{id}, ");
			JsonNode stack = json(server, live).path("live");
			assertThat(stack.path("state").asString()).isEqualTo("running");
			assertThat(stack.path("thread")).isEqualTo(running.path("thread"));
			assertThat(stack.path("stack").toString()).contains(OWN_METHOD).doesNotContain("io.gmicro.http.");
			controller.release();
			assertThat(answer.join().statusCode()).isEqualTo(200);

			JsonNode group = await().until(() -> json(server, PAGE).path("slow").path(0),
					(first) -> !first.isMissingNode());
			assertThat(group.path("route").asString()).isEqualTo("/held/{id}");
			JsonNode request = group.path("requests").path(0);
			assertThat(request.path("status").asInt()).isEqualTo(200);
			assertThat(request.path("samples").asInt()).isPositive();
			assertThat(request.path("start").asString()).matches("20\\d\\d-\\d\\d-\\d\\dT[0-9:.]{12}Z");
			assertThat(request.path("stacks").toString()).contains(OWN_METHOD);
			int samples = request.path("samples").asInt();
			// A busy machine may have had most samples before the handler
			Pattern spot = Pattern.compile("(\\d+ of " + samples + " samples?|" + samples
					+ " samples, no call in most of them, \\d+) in " + Pattern.quote(OWN_METHOD));
			assertThat(server.get(PAGE + "?format=text").body()).containsPattern(spot)
				.contains("Running now: 0", " UTC, GET, took ");
			assertThat(server.get(PAGE).body().replaceAll("<[^>]*>", "")).containsPattern(spot);
			assertThat(request.path("hotSpot").path("calls").path(0).asString()).contains(OWN_METHOD);
			assertThat(server.get(live).body()).contains("This request has ended.");
			assertThat(json(server, live).path("live").path("state").asString()).isEqualTo("ended");
			for (String format : new String[] { "html", "json", "text" }) {
				assertThat(server.get(PAGE + "?format=" + format).body()).doesNotContain("secret", "/held/7");
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void formFollowsTheClient(Container container) {
		try (TestServer server = TestServer.start(container, Controller.class, PROPERTIES)) {
			assertThat(type(server, PAGE)).isEqualTo("text/html;charset=utf-8");
			assertThat(type(server, PAGE, "*/*")).isEqualTo("text/html;charset=utf-8");
			assertThat(type(server, PAGE, "image/png")).isEqualTo("text/html;charset=utf-8");
			assertThat(type(server, PAGE, ";,;q=,q")).isEqualTo("text/html;charset=utf-8");
			assertThat(type(server, PAGE, "text/html,application/xml;q=0.9,*/*;q=0.8"))
				.isEqualTo("text/html;charset=utf-8");
			assertThat(type(server, PAGE, "application/json")).isEqualTo("application/json;charset=utf-8");
			assertThat(type(server, PAGE, "application/json, text/plain, */*"))
				.isEqualTo("application/json;charset=utf-8");
			assertThat(type(server, PAGE, "text/html;q=0.5", "text/plain")).isEqualTo("text/plain;charset=utf-8");
			assertThat(type(server, PAGE, "text/html;q=0.5,text/plain")).isEqualTo("text/plain;charset=utf-8");
			assertThat(type(server, PAGE, "application/json;q=0")).isEqualTo("text/html;charset=utf-8");
			assertThat(type(server, PAGE + "?format=html", "application/json")).isEqualTo("text/html;charset=utf-8");
			assertThat(type(server, PAGE + "?format=json")).isEqualTo("application/json;charset=utf-8");
			assertThat(type(server, PAGE + "/?format=text")).isEqualTo("text/plain;charset=utf-8");
			refused(server, PAGE + "?format=xml", 400, "format is html, json or text\n");
			refused(server, PAGE + "/other", 404, "nothing here\n");
			refused(server, PAGE + "?ago=80s", 400, "parameters are format and live\n");
			refused(server, PAGE + "?format=json&Live=1-1", 400, "parameters are format and live\n");
			assertThat(type(server, PAGE + "?token=unused&format=json")).isEqualTo("application/json;charset=utf-8");
		}
	}

	@ParameterizedTest
	@EnumSource
	void pageAndStyleAreServedWithTheirHeaders(Container container) {
		try (TestServer server = TestServer.start(container, Controller.class, PROPERTIES)) {
			HttpResponse<String> page = server.get(PAGE);
			assertThat(page.body()).contains("<link rel=\"stylesheet\" href=\"requests/style.css\">");
			assertThat(server.get(PAGE + "/").body()).contains("<link rel=\"stylesheet\" href=\"style.css\">");
			HttpResponse<String> style = server.get(PAGE + "/style.css");
			assertThat(style.headers().firstValue("Content-Type")).hasValue("text/css;charset=utf-8");
			assertThat(style.body()).containsSubsequence("prefers-color-scheme: dark", ".story");
			for (HttpResponse<String> response : List.of(page, style)) {
				assertThat(response.statusCode()).isEqualTo(200);
				assertThat(response.headers().firstValue("Content-Security-Policy"))
					.hasValue("default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
							+ "frame-ancestors 'none'");
				assertThat(response.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
				assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-store");
				assertThat(response.headers().firstValue("Referrer-Policy")).hasValue("no-referrer");
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void onlyReadingIsAllowed(Container container) {
		try (TestServer server = TestServer.start(container, Controller.class, PROPERTIES)) {
			for (String method : new String[] { "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get", "MADEUP" }) {
				HttpResponse<String> response = server.send(PAGE,
						(request) -> request.method(method, HttpRequest.BodyPublishers.noBody()));
				assertThat(response.statusCode()).as(method).isIn(405, 501, 400);
				assertThat(response.body()).doesNotContain("<h1>Requests");
			}
			HttpResponse<String> post = server.send(PAGE,
					(request) -> request.POST(HttpRequest.BodyPublishers.ofString("live=1")));
			assertThat(post.statusCode()).isEqualTo(405);
			assertThat(post.headers().firstValue("Allow")).hasValue("GET, HEAD");
			HttpResponse<String> head = server.send(PAGE,
					(request) -> request.method("HEAD", HttpRequest.BodyPublishers.noBody()));
			assertThat(head.statusCode()).isEqualTo(200);
			assertThat(head.headers().firstValue("Content-Type")).hasValue("text/html;charset=utf-8");
			assertThat(head.body()).isEmpty();
		}
	}

	@ParameterizedTest
	@EnumSource
	void whoIsForwardedMayNotOpenIt(Container container) {
		String token = "0123456789abcdef";
		try (TestServer server = TestServer.start(container, Controller.class, "gmicro.metrics.enabled=true",
				"gmicro.http.slow-requests.endpoint.enabled=true", "gmicro.diagnostics.token=" + token)) {
			for (String path : new String[] { PAGE, PAGE + "/", PAGE + "/style.css", PAGE + "?format=json",
					PAGE + "?live=1-1", PAGE + "/slow.pb.gz" }) {
				assertThat(server.get(path).statusCode()).as(path).isEqualTo(403);
				String allowed = path + (path.contains("?") ? "&" : "?") + "token=" + token;
				assertThat(server.get(allowed).statusCode()).as(allowed).isEqualTo(200);
				HttpResponse<String> response = server.send(allowed,
						(request) -> request.header("X-Forwarded-For", "127.0.0.1"));
				assertThat(response.statusCode()).as(path).isEqualTo(403);
				assertThat(response.body()).startsWith("gmicro.diagnostics.access=local").hasLineCount(1);
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void profileHasNoParameterButSeconds(Container container) throws IOException {
		try (TestServer server = TestServer.start(container, Controller.class, PROPERTIES)) {
			String profile = PAGE + "/slow.pb.gz";
			assertThat(server.get(profile + "?seconds=30").statusCode()).isEqualTo(200);
			refused(server, profile + "?x=1", 400, "the profile has no parameter but seconds\n");
			refused(server, profile + "?seconds=1&format=text", 400, "the profile has no parameter but seconds\n");
			assertThat(raw(server, profile + "?x=%zz")).startsWith("HTTP/1.1 400 ")
				.doesNotContain("Exception", "\tat ");
		}
	}

	@ParameterizedTest
	@EnumSource
	void whatIsNoIdIsRefused(Container container) throws IOException {
		try (TestServer server = TestServer.start(container, Controller.class, PROPERTIES)) {
			for (String id : new String[] { "", "x", "-", "-1", "1-", "-1-1", "1-g", "1-00000000000000000", "123456-1",
					"1-1%00", "%3Cscript%3E", "99999999999999999999-1", "%zz", "%", "%ff%fe", "x&live=1-1" }) {
				assertThat(raw(server, PAGE + "?live=" + id)).as(id)
					.startsWith("HTTP/1.1 400 ")
					.containsAnyOf("malformed query\n", "live is the id of a running request\n")
					.doesNotContain("Exception", "\tat ", "script>");
			}
			for (String id : new String[] { "0-0", "1-ffffffffffffffff", "32767-1", "32768-1", "99999-1" }) {
				assertThat(server.get(PAGE + "?live=" + id).body()).as(id).contains("This request has ended.");
			}
		}
	}

	/** What the JDK's client refuses to send. */
	private static String raw(TestServer server, String target) throws IOException {
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
			String request = "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
			socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
			return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		}
	}

	private static void refused(TestServer server, String path, int status, String text) {
		HttpResponse<String> response = server.get(path);
		assertThat(response.statusCode()).isEqualTo(status);
		assertThat(response.body()).isEqualTo(text);
	}

	private static String type(TestServer server, String path, String... accept) {
		HttpResponse<String> response = server.send(path,
				(request) -> Stream.of(accept).forEach((line) -> request.header("Accept", line)));
		assertThat(response.statusCode()).isEqualTo(200);
		return response.headers().firstValue("Content-Type").orElseThrow().replace(" ", "").toLowerCase(Locale.ROOT);
	}

	private static JsonNode json(TestServer server, String path) {
		return new JsonMapper()
			.readTree(server.send(path, (request) -> request.header("Accept", "application/json")).body());
	}

	@Configuration(proxyBeanMethods = false)
	@RestController
	static class Controller {

		private final CountDownLatch latch = new CountDownLatch(1);

		@GetMapping("/held/{id}")
		String held(@PathVariable String id) throws InterruptedException {
			return "released: " + this.latch.await(30, TimeUnit.SECONDS) + id;
		}

		void release() {
			this.latch.countDown();
		}

	}

}
