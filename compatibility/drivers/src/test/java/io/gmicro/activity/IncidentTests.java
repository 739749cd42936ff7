package io.gmicro.activity;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import com.sun.net.httpserver.HttpServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

/**
 * Incidents in a real service, looked at when they are over, with a configuration that a
 * team would have anyway.
 */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IncidentTests {

	private static final List<String> CONFIGURATION = List.of("gmicro.metrics.enabled=true",
			"gmicro.pprof.enabled=true", "gmicro.http.slow-requests.endpoint.enabled=true",
			"gmicro.http.slow-requests.threshold=1s", "gmicro.http.slow-requests.routes.[/phases]=3500ms",
			"spring.datasource.hikari.maximum-pool-size=2", "server.tomcat.threads.max=10",
			"server.tomcat.max-connections=10000");

	private static final int MINUTES = 1;

	private static final int STREAMS = 5000;

	private static final Pattern TIME = Pattern
		.compile("gmicro_http_server_time_seconds_total\\{activity=\"(\\w+)\",http_route=\"([^\"]+)\"} (\\S+)");

	private static final Pattern PART = Pattern.compile("([0-9.]+)\u2013([0-9.]+) s (\\w+)( in \\S+)?");

	private static final Pattern OVERFLOW = Pattern.compile("gmicro_overflow_total\\{[^}]*} (\\S+)");

	private final ExecutorService slowServer = Executors.newCachedThreadPool();

	@SuppressWarnings("NullAway.Init")
	private RealServer postgres;

	@SuppressWarnings("NullAway.Init")
	private HttpServer shipping;

	@SuppressWarnings("NullAway.Init")
	private ShopProcess shop;

	@BeforeAll
	void start(@TempDir Path database, @TempDir Path directory) throws Exception {
		this.postgres = RealServer.postgres(database);
		this.shipping = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.shipping.createContext("/", (exchange) -> {
			try {
				TimeUnit.SECONDS.sleep(2);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			exchange.sendResponseHeaders(200, -1);
			exchange.close();
		});
		this.shipping.setExecutor(this.slowServer);
		this.shipping.start();
		this.shop = ShopProcess.start(directory, "1536m", configuration());
		await().atMost(Duration.ofSeconds(30)).ignoreExceptionsInstanceOf(AssertionError.class).until(() -> {
			this.shop.get("/orders/1");
			return true;
		});
	}

	private List<String> configuration() {
		List<String> all = new ArrayList<>(CONFIGURATION);
		all.add("spring.datasource.url=jdbc:postgresql://127.0.0.1:" + this.postgres.port()
				+ "/postgres?user=postgres");
		all.add("shop.shipping=http://127.0.0.1:" + this.shipping.getAddress().getPort());
		return all;
	}

	@AfterAll
	@SuppressWarnings("NullAway")
	void stop() {
		if (this.shop != null) {
			this.shop.close();
		}
		if (this.shipping != null) {
			this.shipping.stop(0);
		}
		this.slowServer.shutdownNow();
		if (this.postgres != null) {
			this.postgres.close();
		}
	}

	@Test
	void exhaustedPoolIsNamed() throws Exception {
		CompletableFuture<Void> reports = this.shop.send(2, "/reports");
		awaitRunning("/reports", 2);
		CompletableFuture.allOf(reports, this.shop.send(6, "/orders/1")).get(MINUTES, TimeUnit.MINUTES);
		assertNamed(this.shop, "/orders/{id}", "pool", "Orders.find");
		assertNamed(this.shop, "/reports", "database", "Orders.report");
	}

	@Test
	void lockConvoyIsNamed() throws Exception {
		this.shop.send(10, "/stock/tea").get(MINUTES, TimeUnit.MINUTES);
		assertNamed(this.shop, "/stock/{item}", "lock", "Stock.reserve");
	}

	@Test
	void slowDependencyIsNamed() throws Exception {
		this.shop.send(3, "/shipping/1").get(MINUTES, TimeUnit.MINUTES);
		assertNamed(this.shop, "/shipping/{id}", "http_client", "Shipping.quote");
	}

	@Test
	void manyStatementsAreNamed() throws Exception {
		this.shop.send(2, "/invoices/1").get(MINUTES, TimeUnit.MINUTES);
		assertNamed(this.shop, "/invoices/{id}", "database", "Orders.line");
	}

	@Test
	void thrashingCollectorIsNamed(@TempDir Path directory) throws Exception {
		try (ShopProcess full = ShopProcess.start(directory, "256m", configuration())) {
			full.send(1, "/exports").get(MINUTES, TimeUnit.MINUTES);
			assertNamed(full, "/exports", "gc", "Exports.render");
		}
	}

	@Test
	void backtrackingExpressionIsNamed() throws Exception {
		this.shop.send(1, "/search?name=" + "a".repeat(36)).get(MINUTES, TimeUnit.MINUTES);
		assertNamed(this.shop, "/search", "cpu", "Search.isName");
	}

	@Test
	void timelineHasEachPhase() throws Exception {
		this.shop.get("/phases");
		Map<String, Double> seconds = new TreeMap<>();
		String page = slow(this.shop, "/phases").split("\n  [0-9]")[1];
		for (MatchResult part : PART.matcher(page).results().toList()) {
			seconds.merge(part.group(3), Double.parseDouble(part.group(2)) - Double.parseDouble(part.group(1)),
					Double::sum);
		}
		// A quarter, since looks are late on a busy machine
		assertThat(seconds.get("lock")).as(page).isCloseTo(1, within(0.25));
		assertThat(seconds.get("sleep")).as(page).isCloseTo(2, within(0.5));
		assertThat(seconds.get("cpu")).as(page).isCloseTo(1, within(0.25));
	}

	@Test
	void openStreamsDoNotTakeThePlaceOfRequests() throws Exception {
		double overflow = overflow();
		List<Socket> streams = new ArrayList<>();
		try {
			for (int i = 0; i < STREAMS; i++) {
				streams.add(this.shop.open("/events"));
			}
			await().atMost(Duration.ofMinutes(1))
				.until(() -> this.shop.get("/debug/requests?format=text").contains("/events, " + STREAMS + " streams"));
			this.shop.get("/phases");
			assertThat(slow(this.shop, "/phases")).contains(" samples in Phases.");
			assertThat(overflow()).isEqualTo(overflow);
		}
		finally {
			for (Socket stream : streams) {
				stream.close();
			}
		}
	}

	private double overflow() throws IOException, InterruptedException {
		return OVERFLOW.matcher(this.shop.get("/metrics"))
			.results()
			.mapToDouble((sample) -> Double.parseDouble(sample.group(1)))
			.sum();
	}

	private void awaitRunning(String route, int count) {
		await().atMost(Duration.ofSeconds(30))
			.untilAsserted(() -> assertThat(this.shop.get("/debug/requests?format=text").split("GET " + route + ","))
				.hasSize(count + 1));
	}

	/** In the metrics, on the page and in the profile of the past. */
	private static void assertNamed(ShopProcess shop, String route, String activity, String method) throws Exception {
		assertThat(slow(shop, route)).containsPattern("\n {4}" + activity + " [0-9]+ %").contains(method);
		assertThat(largest(shop, route)).isEqualTo(activity);
		assertThat(shop
			.get("/debug/pprof/wall?ago=10m&format=folded&route=" + route.replace("{", "%7B").replace("}", "%7D")))
			.contains(method);
	}

	/** The activity with most of the time. */
	private static String largest(ShopProcess shop, String route) throws IOException, InterruptedException {
		Map<Double, String> activities = new TreeMap<>();
		TIME.matcher(shop.get("/metrics"))
			.results()
			.filter((sample) -> sample.group(2).equals(route))
			.forEach((sample) -> activities.put(-Double.parseDouble(sample.group(3)), sample.group(1)));
		assertThat(activities).isNotEmpty();
		return activities.values().iterator().next();
	}

	/** What the page says about the slow requests of a route. */
	private static String slow(ShopProcess shop, String route) {
		String heading = "\n" + route + ", slowest";
		// The sampler adds a request shortly after its end
		String page = await().atMost(Duration.ofSeconds(20))
			.until(() -> shop.get("/debug/requests?format=text"), (text) -> text.contains(heading));
		int start = page.indexOf(heading);
		int end = page.indexOf("\n\n", start);
		return (end > 0) ? page.substring(start, end) : page.substring(start);
	}

}
