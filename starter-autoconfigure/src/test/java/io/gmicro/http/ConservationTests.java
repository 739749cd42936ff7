package io.gmicro.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

import io.gmicro.http.ExchangeKind.Sender;
import io.gmicro.testing.AccessLog;
import io.gmicro.testing.Container;
import io.gmicro.testing.RawClient;
import io.gmicro.testing.Samples;
import io.gmicro.testing.TestServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.WebAsyncTask;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The container's own access log and what is recorded agree, request for request, over a
 * mix of every kind of exchange in a random order. The seed of a run is part of what a
 * failure says; {@code -Dgmicro.conservation.seed} repeats it.
 */
class ConservationTests {

	private static final int ROUNDS = 2;

	private static final int CLIENTS = 4;

	@ParameterizedTest
	@EnumSource
	void nothingIsLostOrCountedTwice(Container container) throws Exception {
		verify(container);
	}

	@ParameterizedTest
	@EnumSource
	@EnabledForJreRange(min = JRE.JAVA_21)
	void nothingIsLostOrCountedTwiceOnVirtualThreads(Container container) throws Exception {
		verify(container, "spring.threads.virtual.enabled=true");
	}

	private static void verify(Container container, String... properties) throws Exception {
		long seed = Long.getLong("gmicro.conservation.seed", System.nanoTime());
		String[] all = Stream.concat(Stream.of(KindsApplication.PROPERTIES), Stream.of(properties))
			.toArray(String[]::new);
		try (TestServer server = TestServer.start(container, Application.class, all)) {
			send(server, seed);
			AccessLog log = server.context().getBean(AccessLog.class);
			Awaitility.await()
				.atMost(Duration.ofSeconds(30))
				.during(Duration.ofMillis(500))
				.untilAsserted(() -> new Comparison(container, log.lines(), server.scrape())
					.verify("seed " + seed + " on " + container));
		}
	}

	private static void send(TestServer server, long seed) throws Exception {
		List<Sender> mix = new ArrayList<>();
		for (int round = 0; round < ROUNDS; round++) {
			mix.addAll(Mix.all());
		}
		Collections.shuffle(mix, new Random(seed));
		ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
		try {
			List<Future<?>> sent = new ArrayList<>();
			for (Sender sender : mix) {
				sent.add(clients.submit(() -> {
					sender.send(server);
					return null;
				}));
			}
			for (Future<?> each : sent) {
				each.get(2, TimeUnit.MINUTES);
			}
		}
		finally {
			clients.shutdownNow();
		}
	}

	/** Why the access log and what is recorded may differ, and in which requests. */
	private enum Difference {

		/** Answered by the connector, before there was anything for a filter. */
		REFUSED_BY_CONNECTOR((line) -> line.path().equals("-") || line.path().equals("/badMessage")
				|| line.path().startsWith("/refused")),

		/** Tomcat answers it without calling a filter but that of its error page. */
		TRACE_ON_TOMCAT((line) -> line.method().equals("TRACE")),

		/** Logged with the status that would have been sent, recorded as 499. */
		CLIENT_GONE((line) -> Mix.GONE.contains(line.path()));

		private final Predicate<AccessLog.Line> lines;

		Difference(Predicate<AccessLog.Line> lines) {
			this.lines = lines;
		}

		boolean explains(AccessLog.Line line) {
			return this.lines.test(line);
		}

	}

	private static final class Comparison {

		/** A forward has the route it was forwarded to. */
		private static final Set<String> FORWARDED = Set.of("/forward", "/large");

		private final Map<String, Integer> logged = new TreeMap<>();

		private final Map<String, Integer> recorded = new TreeMap<>();

		private final Map<String, Integer> loggedByPath = new TreeMap<>();

		private final Map<String, Integer> recordedByPath = new TreeMap<>();

		private final Map<String, Integer> loggedGone = new TreeMap<>();

		private final Map<String, Integer> recordedGone = new TreeMap<>();

		private final long refused;

		private final Samples samples;

		Comparison(Container container, List<AccessLog.Line> lines, Samples samples) {
			this.samples = samples;
			Map<String, Double> series = Recorded.of(samples, "http_server_responses_total");
			series.forEach((labels, count) -> {
				String[] label = labels.split(" ");
				recorded(label[0], label[1], label[2], count.intValue());
			});
			this.refused = lines.stream().filter(Difference.REFUSED_BY_CONNECTOR::explains).count();
			lines.stream()
				.filter((line) -> !Difference.REFUSED_BY_CONNECTOR.explains(line))
				.filter((line) -> container != Container.TOMCAT || !Difference.TRACE_ON_TOMCAT.explains(line))
				.forEach(this::logged);
		}

		private void recorded(String method, String route, String status, int count) {
			if (Mix.GONE.contains(route)) {
				this.recordedGone.merge(method + " " + route, count, Integer::sum);
				return;
			}
			this.recorded.merge(method + " " + status, count, Integer::sum);
			if (isPath(route)) {
				this.recordedByPath.merge(method + " " + route + " " + status, count, Integer::sum);
			}
		}

		private void logged(AccessLog.Line line) {
			String method = LabelRules.KNOWN_METHODS.contains(line.method()) ? line.method() : Exchange.OTHER;
			String path = line.path().replaceFirst(";.*", "");
			if (Difference.CLIENT_GONE.explains(line)) {
				this.loggedGone.merge(method + " " + path, 1, Integer::sum);
				return;
			}
			this.logged.merge(method + " " + line.status(), 1, Integer::sum);
			String route = method + " " + path + " " + line.status();
			if (isPath(path) && this.recordedByPath.containsKey(route)) {
				this.loggedByPath.merge(route, 1, Integer::sum);
			}
		}

		private static boolean isPath(String route) {
			return route.matches("/[a-z/0-9]+") && !FORWARDED.contains(route);
		}

		void verify(String run) {
			assertThat(this.recorded).as("by status, %s", run).isEqualTo(this.logged);
			assertThat(this.recordedGone).as("clients that went away, %s", run).isEqualTo(this.loggedGone);
			assertThat(this.recordedByPath).as("by route, %s", run).hasSizeGreaterThan(30).isEqualTo(this.loggedByPath);
			assertThat(this.recorded.keySet()).as("left, %s", run).noneMatch((series) -> series.endsWith(" 499"));
			assertThat(this.refused).as("refused, %s", run).isBetween(1L, (long) ROUNDS * (Mix.malformed().size() + 1));
			assertThat(this.samples.sum("http_server_aborted_responses_total")).as("aborted, %s", run)
				.isEqualTo(ROUNDS * Mix.ABORTED);
			assertThat(this.samples.sum("http_server_active_requests")).as("in flight, %s", run).isZero();
			assertThat(this.samples.sum("gmicro_observer_errors_total")).as("errors, %s", run).isZero();
		}

	}

	/** One of each. */
	private static final class Mix {

		/** Where clients go away; what they did not wait for is on no other path. */
		static final Set<String> GONE = Set.of("/endless", "/echo", "/deferred/never", "/form/gone", "/json/gone");

		/** Those of {@link AbortedResponsesTests} and two kinds. */
		static final int ABORTED = AbortedResponsesTests.BROKEN.size() + 2;

		private static final String FORM = "application/x-www-form-urlencoded";

		private static final List<String> PAGES = List.of("plain", "ok", "empty", "redirect", "throws", "refuses",
				"reset", "large");

		static List<Sender> all() {
			List<Sender> all = new ArrayList<>();
			ExchangeKind.all().forEach((kind) -> all.add(kind.sender()));
			for (String method : List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PURGE",
					"get")) {
				all.add(raw(method, "/text"));
				all.add(raw(method, "/nothing/here"));
			}
			for (String failure : List.of("/failing/sent?status=404&page=", "/failing/sent?status=599&page=",
					"/failing/thrown?page=", "/failing/filtered/thrown?page=", "/failing/filtered/sent?page=",
					"/failing/callable?page=", "/failing/deferred?page=", "/failing/async/sent?page=",
					"/failing/async/thrown?page=", "/failing/stream?page=", "/failing/sent/thrown?page=")) {
				PAGES.forEach((page) -> all.add(raw("GET", failure + page)));
			}
			for (String path : AbortedResponsesTests.BROKEN) {
				all.add(raw("GET", path));
			}
			all.addAll(bodies());
			all.addAll(conditional());
			all.addAll(malformed());
			all.addAll(gone());
			return all;
		}

		private static Sender raw(String method, String target, String... headers) {
			return (server) -> assertThat(RawClient.answer(server, method, target, headers)).startsWith("HTTP/1.1 ");
		}

		private static List<Sender> bodies() {
			return List.of(post("/form", FORM, text("name=a")), post("/form", FORM, text("other=a")),
					post("/form", FORM, chunked("name=a")), post("/form", "application/json", text("{}")),
					post("/json", "application/json", text("{\"a\":\"b\"}")),
					post("/json", "application/json", chunked("{\"a\":\"b\"}")),
					post("/json", "application/json", text("{\"a\":")), post("/json", "text/plain", text("a")),
					post("/upload", "multipart/form-data; boundary=x", text("no part at all")),
					post("/text", "text/plain", text("unread ".repeat(100))),
					raw("GET", "/json/only", "Accept: text/css"), raw("GET", "/task/fails"),
					raw("GET", "/task/timeout"), raw("GET", "/task"), Senders::http2);
		}

		/** On a connection of its own, since the one before may be about to be closed. */
		private static Sender post(String path, String type, BodyPublisher body) {
			return (server) -> {
				HttpRequest request = HttpRequest.newBuilder(server.uri(path))
					.header("Content-Type", type)
					.POST(body)
					.build();
				HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
				assertThat(client.send(request, BodyHandlers.discarding()).statusCode()).isPositive();
			};
		}

		private static BodyPublisher text(String text) {
			return BodyPublishers.ofString(text);
		}

		private static BodyPublisher chunked(String text) {
			return BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
		}

		private static List<Sender> conditional() {
			return List.of(raw("GET", "/tagged"), raw("GET", "/tagged", "If-None-Match: \"tag\""),
					raw("GET", "/style.css", "If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT"),
					raw("GET", "/style.css", "Range: bytes=0-3"), raw("GET", "/style.css", "Range: bytes=9999999-"),
					raw("HEAD", "/style.css"), raw("HEAD", "/large"), raw("HEAD", "/failing/thrown?page=plain"));
		}

		private static List<Sender> malformed() {
			return List.of(raw("GET", "/refused/%zz"), raw("G@T", "/refused"), raw("GET", "/refused", "Bad header: x"),
					raw("GET", "/refused", "Content-Length: -1"), raw("GET", "/refused", "Host: a", "Host: b"),
					raw("GET", "/refused/%00"), (server) -> Senders.sendRaw(server, "nonsense\r\n\r\n"),
					(server) -> Senders.sendRaw(server, "GET /refused HTTP/9.9\r\nHost: localhost\r\n\r\n"),
					(server) -> Senders.sendRaw(server, "GET /refused HTTP/1.1\r\n\r\n"), (server) -> Senders
						.sendRaw(server, "GET /text HTTP/1.1\r\nHost: localhost\r\n\r\nnonsense /refused\r\n\r\n"));
		}

		private static List<Sender> gone() {
			String form = "POST /form/gone HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + FORM
					+ "\r\nContent-Length: 100\r\n\r\nname=ab";
			String json = "POST /json/gone HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
					+ "Transfer-Encoding: chunked\r\n\r\n40\r\n{\"name\"";
			return List.of((server) -> Senders.sendPart(server, form), (server) -> Senders.sendPart(server, json),
					(server) -> Senders.sendPart(server, "GET /refused/begun HTTP/1.1\r\nHost: loc"),
					(server) -> Senders.sendPart(server, ""));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@RestController
	@Import({ KindsApplication.class, SentStatusTests.Failures.class, SentStatusTests.Page.class,
			SentStatusTests.Filters.class, AbortedResponsesTests.Application.class })
	static class Application {

		@PostMapping({ "/form", "/form/gone" })
		String form(@RequestParam("name") String name) {
			return name;
		}

		@PostMapping(path = { "/json", "/json/gone" }, consumes = MediaType.APPLICATION_JSON_VALUE)
		Map<String, String> json(@RequestBody Map<String, String> body) {
			return body;
		}

		@GetMapping(path = "/json/only", produces = MediaType.APPLICATION_JSON_VALUE)
		String onlyJson() {
			return "{}";
		}

		@GetMapping("/tagged")
		ResponseEntity<String> tagged() {
			return ResponseEntity.ok().eTag("tag").body("tagged");
		}

		@GetMapping("/task")
		WebAsyncTask<String> task() {
			return new WebAsyncTask<>(() -> "task");
		}

		@GetMapping("/task/fails")
		WebAsyncTask<String> failingTask() {
			return new WebAsyncTask<>(() -> {
				throw new IOException("planned");
			});
		}

		@GetMapping("/task/timeout")
		WebAsyncTask<String> slowTask() {
			CompletableFuture<String> never = new CompletableFuture<>();
			return new WebAsyncTask<>(KindsApplication.TIMEOUT_MILLIS, () -> never.get(1, TimeUnit.SECONDS));
		}

	}

}
