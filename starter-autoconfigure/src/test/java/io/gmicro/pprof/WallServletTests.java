package io.gmicro.pprof;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

import io.gmicro.testing.Container;
import io.gmicro.testing.RawClient;
import io.gmicro.testing.TestServer;
import io.gmicro.wall.WallProfiles;
import io.gmicro.wall.WallSample;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Wall-clock profiles as a client sees them, on real containers.
 */
class WallServletTests {

	private static final String PPROF = "/debug/pprof";

	private static final String ORDERS = "/orders/{id}";

	private static final String FIND = "shop.Orders.find";

	private static final String[] PROPERTIES = { "gmicro.pprof.enabled=true",
			"gmicro.diagnostics.access=unrestricted" };

	private static final String ALLOWED = "seconds, ago, from, to, base, route, method, activity, format";

	private static final String INVALID_AGO = "invalid value for \"ago\" - must be a positive duration such as 90s, 5m or "
			+ "1h, or a number of seconds";

	@ParameterizedTest
	@EnumSource
	void liveProfileHasTheSamplesOfItsTimeSpan(Container container) {
		try (TestServer server = start(container)) {
			add(server, "/before", "shop.Before.call");
			for (String name : new String[] { "wall", "fgprof" }) {
				CompletableFuture<HttpResponse<byte[]>> answer = later(server, "/" + name + "?seconds=1");
				await().until(() -> {
					add(server, ORDERS, FIND);
					return answer.isDone();
				});
				HttpResponse<byte[]> response = answer.join();
				assertThat(response.headers().firstValue("Content-Type")).hasValue("application/octet-stream");
				assertThat(response.headers().firstValue("Content-Disposition"))
					.hasValue("attachment; filename=\"" + name + "\"");
				DecodedProfile profile = decoded(response);
				assertThat(profile.strings()).contains("samples", "count", "time", "nanoseconds", "route", ORDERS,
						"method", "GET", "activity", "database", FIND, "shop/Orders.java");
				assertThat(profile.strings()).doesNotContain("/before");
				assertThat(profile.samples()).isEqualTo(1);
				assertThat(Duration.ofNanos(profile.durationNanos())).isBetween(Duration.ofSeconds(1),
						Duration.ofSeconds(10));
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void pastIsSelectedByTimeAndLabels(Container container) {
		try (TestServer server = start(container)) {
			add(server, ORDERS, FIND);
			add(server, "/items", "shop.Items.find");
			add(server, "/items", null);
			assertThat(decoded(get(server, "/wall?ago=5m")).samples()).isEqualTo(3);
			for (String query : new String[] { "ago=30m", "ago=60", "ago=60s&seconds=60", "ago=0.5h&seconds=1800",
					"ago=1m30s&seconds=90", "ago=%2B60s", "ago=60000ms" }) {
				assertThat(decoded(get(server, "/fgprof?" + query)).samples()).as(query).isEqualTo(3);
			}
			DecodedProfile orders = decoded(get(server, "/wall?ago=60&route=" + encoded(ORDERS)));
			assertThat(orders.strings()).contains(FIND, ORDERS).doesNotContain("/items");
			assertThat(decoded(get(server, "/wall?ago=60&route=/items&activity=not_sampled")).strings())
				.contains("[not sampled]")
				.doesNotContain("shop.Items.find");
			assertThat(decoded(get(server, "/wall?ago=60&method=PUT")).samples()).isZero();
			assertThat(decoded(get(server, "/wall?ago=60&route=&method=GET&activity=")).samples()).isEqualTo(3);
			assertThat(decoded(get(server, "/wall?ago=60")).strings())
				.anyMatch((text) -> text.matches("From 2\\S+Z to 2\\S+Z: kept in buckets of 10 s"));
		}
	}

	@ParameterizedTest
	@EnumSource
	void foldedStacksAreText(Container container) {
		try (TestServer server = start(container)) {
			add(server, ORDERS, FIND);
			add(server, ORDERS, FIND);
			add(server, "/items", null);
			HttpResponse<byte[]> past = get(server, "/fgprof?ago=60&format=folded");
			assertThat(past.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/plain");
			assertThat(text(past)).isEqualTo("[not sampled] 5\nshop.Main.main;shop.Orders.find 10\n");
			CompletableFuture<HttpResponse<byte[]>> live = later(server, "/wall?seconds=1&format=folded&route=/items");
			await().until(() -> {
				add(server, "/items", "shop.A;B.call");
				add(server, ORDERS, FIND);
				return live.isDone();
			});
			assertThat(text(live.join())).matches("\n+shop.Main.main;shop.A:B.call \\d+\n");
			assertThat(decoded(get(server, "/fgprof?ago=60&format=pprof")).samples()).isEqualTo(3);
		}
	}

	@ParameterizedTest
	@EnumSource
	void flameGraphShowsLiveAndPast(Container container) {
		try (TestServer server = start(container)) {
			add(server, ORDERS, FIND);
			add(server, "/items", "shop.Items.find");
			String past = text(get(server, "/flamegraph?profile=wall&ago=5m&seconds=300&route=" + encoded(ORDERS)
					+ "&method=GET&activity=database"));
			assertThat(past).contains("<h1>wall GET /orders/{id} database, 300 s from 300 s ago</h1>", "Orders.find'")
				.doesNotContain("Items");
			assertThat(text(get(server, "/flamegraph?profile=wall&ago=5m&route=" + encoded("<script>"))))
				.contains("<h1>wall &lt;script&gt;, 300 s from 300 s ago (no samples)</h1>");
			CompletableFuture<HttpResponse<byte[]>> live = later(server, "/flamegraph?profile=wall&seconds=1");
			await().until(() -> {
				add(server, "/items", "shop.Items.find");
				return live.isDone();
			});
			assertThat(text(live.join())).contains("<h1>wall, 1 s</h1>", "Items.find'").doesNotContain("Orders");
		}
	}

	@ParameterizedTest
	@EnumSource
	void whatIsInvalidIsRefused(Container container) throws IOException {
		try (TestServer server = start(container)) {
			for (String ago : new String[] { "0", "-1", "-5m", "x", "m", "1.5", "5M", "5m5", "1h30", "1e3", "5%20m",
					"0s", "0.1ns", "s5", ".5m", "%D9%A3", "%00", "1d", "9".repeat(400) + "y" }) {
				refused(server, "/wall?ago=" + ago, 400, INVALID_AGO);
			}
			for (String ago : new String[] { "1801", "30m1s", "30m0.000000001s", "1h", "999999999999999999",
					"999999999999999999h999999999999999999h" }) {
				refused(server, "/wall?ago=" + ago, 400, "ago exceeds the 1800 seconds that are kept");
			}
			refused(server, "/wall?ago=30m&seconds=1801", 400, "seconds exceeds the 1800 seconds that are kept");
			refused(server, "/wall?ago=30m&seconds=999999999999999", 400,
					"seconds exceeds the 1800 seconds that are kept");
			refused(server, "/flamegraph?profile=wall&ago=5m&seconds=301", 400,
					"the time span ends in the future: seconds must be at most ago");
			refused(server, "/wall?ago=30m&seconds=60", 400, "nothing was kept then: sampling began \\d+ seconds ago");
			for (String seconds : new String[] { "0", "-1", "1.5", "x", "99999999999999999999" }) {
				String invalid = "invalid value for \"seconds\" - must be a positive integer";
				refused(server, "/wall?seconds=" + seconds, 400, invalid);
				refused(server, "/fgprof?ago=5m&seconds=" + seconds, 400, invalid);
				refused(server, "/flamegraph?profile=wall&seconds=" + seconds, 400, invalid);
			}
			refused(server, "/wall?seconds=121", 400, "profile duration exceeds gmicro.pprof.max-seconds=120");
			refused(server, "/wall?format=svg", 400, "format is pprof or folded");
			refused(server, "/wall?debug=1", 400, "unknown parameter \"debug\": allowed are " + ALLOWED);
			refused(server, "/fgprof?labels=route", 400, "unknown parameter \"labels\": allowed are " + ALLOWED);
			refused(server, "/flamegraph?ago=5m", 403, "gmicro.pprof.history.enabled=false");
			refused(server, "/flamegraph?profile=cpu&route=/", 400, "route needs profile=wall");
			refused(server, "/flamegraph?profile=wall&labels=route", 400, "labels does not apply to wall");
			assertThat(RawClient.answer(server, "POST", PPROF + "/wall")).startsWith("HTTP/1.1 405 ");
		}
	}

	@ParameterizedTest
	@EnumSource
	void withoutSamplesThePropertiesAreNamed(Container container) throws IOException {
		try (TestServer server = TestServer.start(container, Empty.class, PROPERTIES)) {
			for (String target : new String[] { "/wall", "/fgprof?seconds=1", "/wall?ago=5m",
					"/flamegraph?profile=wall" }) {
				refused(server, target, 501, "wall needs gmicro.metrics.enabled=true and gmicro.sampling.enabled=true");
			}
			assertThat(server.get(PPROF + "/").body()).contains("Not available: wall needs");
		}
	}

	@ParameterizedTest
	@EnumSource
	void indexLinksToLiveAndPast(Container container) {
		try (TestServer server = start(container)) {
			add(server, ORDERS, FIND);
			assertThat(server.get(PPROF + "/").body()).contains("<span class=\"name\">wall</span>",
					"href=\"wall?ago=5m\"", "href=\"flamegraph?profile=wall&amp;seconds=5\"");
			assertThat(text(get(server, "/flamegraph?profile=wall&ago=5m"))).contains("Orders.find'");
		}
	}

	@ParameterizedTest
	@EnumSource
	void headAnswersAtOnce(Container container) {
		try (TestServer server = start(container)) {
			for (String target : new String[] { "/wall", "/fgprof?seconds=60", "/wall?ago=5m", "/wall?format=folded",
					"/flamegraph?profile=wall&seconds=60" }) {
				HttpResponse<String> head = server.send(PPROF + target,
						(request) -> request.method("HEAD", HttpRequest.BodyPublishers.noBody())
							.timeout(Duration.ofSeconds(30)));
				assertThat(head.statusCode()).as(target).isEqualTo(200);
				assertThat(head.body()).isEmpty();
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void threeAtOnceAndClientsThatLeaveMakeRoom(Container container) throws IOException {
		try (TestServer server = start(container)) {
			List<RawClient> clients = new ArrayList<>();
			for (String target : new String[] { "/wall?seconds=60", "/fgprof?seconds=60&format=folded",
					"/flamegraph?profile=wall&seconds=60" }) {
				clients.add(RawClient.send(server, "GET", PPROF + target));
				await().until(() -> waiting() == clients.size());
			}
			HttpResponse<byte[]> fourth = get(server, "/wall?seconds=1");
			assertThat(fourth.statusCode()).isEqualTo(503);
			assertThat(text(fourth)).isEqualTo("Could not enable profiling: 3 profiles are already running\n");
			assertThat(get(server, "/wall?ago=5m").statusCode()).isEqualTo(200);
			for (RawClient client : clients) {
				client.leave();
			}
			await().until(WallServletTests::waiting, (waiting) -> waiting == 0);
		}
	}

	@ParameterizedTest
	@EnumSource
	void theAccessRuleApplies(Container container) throws IOException {
		try (TestServer server = TestServer.start(container, Sampled.class, "gmicro.pprof.enabled=true")) {
			for (String target : new String[] { "/wall?ago=5m", "/fgprof?seconds=1" }) {
				assertThat(RawClient.answer(server, "GET", PPROF + target)).startsWith("HTTP/1.1 403 ");
			}
		}
	}

	private static long waiting() {
		return Thread.getAllStackTraces()
			.values()
			.stream()
			.filter((stack) -> Stream.of(stack)
				.anyMatch((call) -> call.getClassName().equals("io.gmicro.pprof.WallSource")
						&& call.getMethodName().equals("watch")))
			.count();
	}

	private static TestServer start(Container container) {
		return TestServer.start(container, Sampled.class, PROPERTIES);
	}

	/** A call is a class and a method, or {@code null} for none. */
	private static void add(TestServer server, String route, @Nullable String call) {
		StackTraceElement[] stack = {};
		if (call != null) {
			int end = call.lastIndexOf('.');
			stack = new StackTraceElement[] {
					new StackTraceElement(call.substring(0, end), call.substring(end + 1), "Orders.java", 7),
					new StackTraceElement("shop.Main", "main", "Main.java", 3) };
		}
		server.context()
			.getBean(WallProfiles.class)
			.add(new WallSample("GET", route, (call != null) ? "database" : "not_sampled", stack, 5));
	}

	private static String encoded(String value) {
		return URLEncoder.encode(value, StandardCharsets.UTF_8);
	}

	private static CompletableFuture<HttpResponse<byte[]>> later(TestServer server, String target) {
		return CompletableFuture.supplyAsync(() -> get(server, target));
	}

	private static HttpResponse<byte[]> get(TestServer server, String target) {
		return server.send(HttpRequest.newBuilder(server.uri(PPROF + target)).build(),
				HttpResponse.BodyHandlers.ofByteArray());
	}

	private static void refused(TestServer server, String target, int status, String text) throws IOException {
		String answer = RawClient.answer(server, "GET", PPROF + target);
		assertThat(answer).as(target)
			.startsWith("HTTP/1.1 " + status + " ")
			.containsPattern("(?i)\nx-go-pprof: 1\r\n")
			.doesNotContainIgnoringCase("content-disposition");
		String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
		if (text.contains("\\d")) {
			assertThat(body).as(target).matches(text + "\n");
		}
		else {
			assertThat(body).as(target).isEqualTo(text + "\n");
		}
	}

	private static String text(HttpResponse<byte[]> response) {
		return new String(response.body(), StandardCharsets.UTF_8);
	}

	private static DecodedProfile decoded(HttpResponse<byte[]> response) {
		assertThat(response.statusCode()).as(() -> text(response)).isEqualTo(200);
		try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(response.body()))) {
			return DecodedProfile.of(in.readAllBytes());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Empty {

	}

	@Configuration(proxyBeanMethods = false)
	static class Sampled {

		@Bean
		WallProfiles wallProfiles() {
			return new WallProfiles();
		}

	}

}
