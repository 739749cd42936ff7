package io.gmicro.compatibility.clinic;

import java.net.URI;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.Lock;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.sql.DataSource;

import com.jayway.jsonpath.JsonPath;
import com.zaxxer.hikari.HikariDataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.samples.workshop.repairs.KeySafe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.list;

/**
 * gmicro in an application of a usual shape: JPA, Spring Security, validation, springdoc,
 * Spring Data REST, GraphQL, uploads and a single-page front end, below a context path.
 * Its packages are below those of a framework, so only its base package identifies its
 * own code.
 * <p>
 * The seed of a run is part of what a failure says; {@code -Dgmicro.conservation.seed}
 * repeats it.
 */
@ExtendWith(OutputCaptureExtension.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class WorkshopTests {

	private static final int VISITS = 300;

	private static final int CLIENTS = 4;

	private static final Duration TIMEOUT = Duration.ofSeconds(20);

	private static final String OWN = "org.springframework.samples.workshop.";

	private static final Pattern METRICS = Pattern.compile("Metrics are at port \\d+, path (/\\S*?)(?=\\. |\\s)");

	private static final Pattern DIAGNOSTICS = Pattern.compile("http://\\S+/debug/requests\\?token=\\S+");

	private static final Pattern RESPONSES = sample("http_server_responses_total");

	private static final Pattern DURATIONS = sample("http_server_request_duration_seconds_count");

	/** Of all tests: what is recorded is never reset. */
	private static final List<String> sent = new ArrayList<>();

	private static final List<Difference> differences = new ArrayList<>();

	private static RunningWorkshop workshop;

	private static URI metrics;

	private static URI diagnostics;

	@BeforeAll
	static void start(CapturedOutput output) {
		workshop = RunningWorkshop.start("gmicro.metrics.enabled=true",
				"gmicro.http.slow-requests.endpoint.enabled=true", "gmicro.http.slow-requests.threshold=1s",
				"gmicro.http.slow-requests.routes.[/repairs/{id}/contact]=5ms", "logging.level.root=error",
				"logging.level.io.gmicro=info");
		metrics = printed(METRICS, output, (match) -> workshop.uri(match.group(1)));
		diagnostics = printed(DIAGNOSTICS, output, (match) -> URI.create(match.group()));
	}

	@AfterAll
	static void stop() {
		workshop.close();
	}

	@Test
	void printsUrlsThatAnswer() {
		assertThat(metrics).hasPath("/workshop/metrics");
		assertThat(workshop.get(metrics).statusCode()).isEqualTo(200);
		assertThat(diagnostics).hasPath("/workshop/debug/requests");
		assertThat(workshop.get(diagnostics).statusCode()).isEqualTo(200);
		assertThat(workshop.get(workshop.uri("/workshop/debug/requests")).statusCode()).isEqualTo(403);
		HttpResponse<String> actuator = workshop.get(workshop.uri("/workshop/actuator/prometheus"));
		assertThat(actuator.statusCode()).isEqualTo(200);
		assertThat(actuator.body()).contains("\nhttp_server_active_requests{");
	}

	/** Last: requests that start cold may use up the log lines of a minute. */
	@Test
	@Order(Integer.MAX_VALUE)
	void recordsWhatTheAccessLogHas() throws Exception {
		long seed = Long.getLong("gmicro.conservation.seed", System.nanoTime());
		send(mix(new Random(seed)), seed);
		Awaitility.await().atMost(TIMEOUT).during(Duration.ofMillis(300)).untilAsserted(() -> verify(seed));
	}

	@Test
	void namesOwnCodeThatHibernateCalls(CapturedOutput output) {
		Slow contact = new Slow("GET", "/repairs/1/contact", "/repairs/{id}/contact", "repairs.KeySafe.takeKey",
				"java.util.concurrent.locks.");
		Lock key = workshop.bean(KeySafe.class).takeKey();
		try {
			contact.send();
			contact.awaitAge(Duration.ofSeconds(2));
		}
		finally {
			key.unlock();
		}
		contact.verify(output);
	}

	@Test
	void namesOwnCodeThatWaitsForAConnection(CapturedOutput output) throws SQLException {
		Slow bike = new Slow("GET", "/bikes/1", "/bikes/{id}", "bikes.BikeController.bike", "com.zaxxer.hikari.");
		Slow me = new Slow("GET", "/staff/me", "/staff/me", "staff.MechanicAccounts.loadUserByUsername",
				"com.zaxxer.hikari.", "Authorization", Visit.basic("ida", "spanner"));
		List<Connection> connections = new ArrayList<>();
		try {
			HikariDataSource pool = workshop.bean(HikariDataSource.class);
			while (connections.size() < pool.getMaximumPoolSize()) {
				connections.add(pool.getConnection());
			}
			bike.send();
			me.send();
			bike.awaitLine(output, "/bikes/{id}");
			// Spring Security looks up the user before Spring MVC matches the route
			me.awaitLine(output, "(not matched yet)");
		}
		finally {
			for (Connection connection : connections) {
				connection.close();
			}
		}
		bike.verify(output);
		me.verify(output);
	}

	@Test
	void namesOwnCodeThatWaitsForTheDatabase(CapturedOutput output) throws SQLException {
		Slow refit = new Slow("PUT", "/bikes/3/gears?gears=12", "/bikes/{id}/gears", "bikes.BikeService.refit",
				"org.h2.");
		try (Connection connection = workshop.bean(DataSource.class).getConnection();
				Statement statement = connection.createStatement()) {
			statement.executeUpdate("update bike set gears = 8 where id = 3");
			connection.setAutoCommit(false);
			statement.executeUpdate("update bike set gears = 9 where id = 3");
			try {
				refit.send();
				refit.awaitLine(output, "/bikes/{id}/gears");
			}
			finally {
				connection.rollback();
			}
		}
		refit.verify(output);
	}

	private static URI printed(Pattern pattern, CapturedOutput output, Function<MatchResult, URI> uri) {
		return pattern.matcher(output).results().map(uri).findFirst().orElseThrow();
	}

	private static Pattern sample(String name) {
		return Pattern.compile("^" + name + "\\{error_type=\".*?\",http_request_method=\"(.*?)\","
				+ "http_response_status_code=\"(.*?)\",http_route=\"(?:/workshop)?(.*?)\",url_scheme=\"http\"} ((?!0\\.0$)\\S+)$",
				Pattern.MULTILINE);
	}

	private static List<Visit> mix(Random random) {
		List<Visit> all = Visit.all();
		List<Visit> mix = new ArrayList<>(all);
		while (mix.size() < VISITS) {
			mix.add(all.get(random.nextInt(all.size())));
		}
		Collections.shuffle(mix, random);
		return mix;
	}

	private static void send(List<Visit> mix, long seed) {
		ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
		try {
			List<Future<?>> visits = new ArrayList<>();
			for (Visit visit : mix) {
				sent.addAll(visit.recorded());
				if (visit.difference() != null) {
					differences.add(visit.difference());
				}
				visits.add(clients.submit(() -> {
					visit.sender().send(workshop);
					return null;
				}));
			}
			for (int i = 0; i < mix.size(); i++) {
				assertThat(visits.get(i)).as("%s, seed %s", mix.get(i), seed).succeedsWithin(TIMEOUT);
			}
		}
		finally {
			clients.shutdownNow();
		}
	}

	private static void verify(long seed) {
		String scrape = workshop.get(metrics).body();
		Map<String, Long> recorded = recorded(RESPONSES, scrape);
		List<AccessLog.Line> lines = workshop.bean(AccessLog.class).lines();
		assertThat(byMethodAndStatus(recorded)).as("by method and status, seed %s", seed)
			.isEqualTo(count(lines.stream()
				.filter((line) -> Difference.of(line).isEmpty())
				.map((line) -> Visit.known(line.method()) + " " + line.status())));
		assertThat(recorded).as("by route, seed %s", seed).isEqualTo(count(sent.stream()));
		assertThat(recorded(DURATIONS, scrape)).as("durations, seed %s", seed).isEqualTo(recorded);
		assertThat(count(lines.stream()
			.flatMap((line) -> Difference.of(line).stream())
			.filter((difference) -> difference != Difference.EXCLUDED))).as("differences, seed %s", seed)
			.isEqualTo(count(differences.stream()));
		assertThat(scrape).as("in flight, seed %s", seed)
			.doesNotContainPattern("http_server_active_requests\\{.*} [1-9]")
			.contains("\ngmicro_observer_errors_total 0.0\n");
	}

	private static Map<String, Long> recorded(Pattern pattern, String scrape) {
		Map<String, Long> recorded = new TreeMap<>();
		Matcher samples = pattern.matcher(scrape);
		while (samples.find()) {
			recorded.put(samples.group(1) + " " + samples.group(3) + " " + samples.group(2),
					(long) Double.parseDouble(samples.group(4)));
		}
		return recorded;
	}

	/** Without 499, which no access log has. */
	private static Map<String, Long> byMethodAndStatus(Map<String, Long> recorded) {
		Map<String, Long> byStatus = new TreeMap<>();
		recorded.forEach((request, count) -> {
			String[] labels = request.split(" ");
			if (!labels[2].equals("499")) {
				byStatus.merge(labels[0] + " " + labels[2], count, Long::sum);
			}
		});
		return byStatus;
	}

	private static <T> Map<T, Long> count(Stream<T> values) {
		return values.collect(Collectors.groupingBy(Function.identity(), TreeMap::new, Collectors.counting()));
	}

	/** A request that is held while gmicro looks at it. */
	private static final class Slow {

		private final String method;

		private final String path;

		private final String route;

		private final String own;

		private final String inside;

		private final String[] headers;

		private CompletableFuture<HttpResponse<String>> response;

		/**
		 * Sends the request once without holding it, so that it is slow nowhere else
		 * afterwards.
		 * @param method the request method
		 * @param path the path below the context path
		 * @param route the route
		 * @param own where in its own code it is slow, without the base package
		 * @param inside what it waits in, the beginning of the name
		 * @param headers names and values
		 */
		Slow(String method, String path, String route, String own, String inside, String... headers) {
			this.method = method;
			this.path = path;
			this.route = route;
			this.own = OWN + own;
			this.inside = inside;
			this.headers = headers;
			this.response = request();
			assertThat(this.response).succeedsWithin(TIMEOUT);
		}

		void send() {
			this.response = request();
		}

		private CompletableFuture<HttpResponse<String>> request() {
			sent.add(this.method + " " + this.route + (this.method.equals("GET") ? " 200" : " 204"));
			return workshop.send(this.method, workshop.uri(RunningWorkshop.CONTEXT_PATH + this.path), "", this.headers);
		}

		/**
		 * Waits until a line of the log says where the request is.
		 * @param output the log
		 * @param route the route as far as it is known
		 */
		void awaitLine(CapturedOutput output, String route) {
			await(output, Pattern.quote("Slow request still running: " + this.method + " " + route + " after ")
					+ "\\S+ s, threshold \\S+ s, \\w+ \\d+ %, in " + spot() + ", in " + Pattern.quote(this.inside));
		}

		/**
		 * Waits until there are more samples of where the request is held than of its way
		 * there.
		 * @param age how long the request takes at least
		 */
		void awaitAge(Duration age) {
			String running = "$.running[?(@.route == '" + this.route + "' && @.ageSeconds > " + age.toSeconds() + ")]";
			Awaitility.await()
				.atMost(TIMEOUT)
				.untilAsserted(
						() -> assertThat(JsonPath.<List<?>>read(page("application/json"), running)).isNotEmpty());
		}

		/**
		 * The request was released: the log and the page name what it was slow in.
		 * @param output the log
		 */
		void verify(CapturedOutput output) {
			assertThat(this.response).succeedsWithin(TIMEOUT);
			await(output,
					Pattern.quote("Slow request: " + this.method + " " + this.route + " took ")
							+ "\\S+ s, status 20\\d, \\w+ \\d+ %, \\d+ of \\d+ samples? in " + spot()
							+ ", of which \\d+ in " + Pattern.quote(this.inside));
			String spot = this.own.replaceFirst(".*\\.(\\w+\\.\\w+)$", "$1");
			assertThat(page("text/plain")).containsPattern("\\d samples? in " + Pattern.quote(spot)
					+ "( <- [\\w.]+)*, of which \\d+ in " + Pattern.quote(this.inside));
			List<Map<String, Object>> spots = JsonPath.read(page("application/json"),
					"$.slow[?(@.route == '" + this.route + "')].requests[*].hotSpot");
			assertThat(spots).anySatisfy((each) -> {
				assertThat(each.get("calls")).asInstanceOf(list(String.class))
					.first()
					.asString()
					.startsWith(this.own + "(");
				assertThat(each.get("inside")).asString().startsWith(this.inside);
			});
		}

		private static void await(CapturedOutput output, String line) {
			Awaitility.await().atMost(TIMEOUT).untilAsserted(() -> assertThat(output).containsPattern(line));
		}

		private static String page(String type) {
			return workshop.get(diagnostics, "Accept", type).body();
		}

		private String spot() {
			return Pattern.quote(this.own + "(") + "\\w+\\.java:\\d+\\)";
		}

	}

}
