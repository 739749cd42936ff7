package io.gmicro.sample;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.prometheus.metrics.tracer.common.SpanContext;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.context.annotation.Bean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Asks a real Prometheus, with the rules of the repository and a sample under traffic,
 * everything that the dashboards ask.
 */
class DashboardDataTests {

	private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

	/** Of these alone the dashboard must show something too. */
	private static final Map<String, List<String>> CHOSEN = Map.of("route", List.of("/greet/{name}", "/orders/{id}"),
			"method", List.of("greet.Greeter/SayHello"));

	/** What is 0 while all is well. */
	private static final List<String> IDLE = List.of("gmicro_observer_errors_total", "gmicro_scrape_errors_total",
			"gmicro_sampler_restarts_total", "state=\"blocked\"");

	private static final int SHOWN_SECONDS = 300;

	/** What Grafana would make of an interval of 15 seconds. */
	private static final Map<String, String> BUILT_IN = Map.of("__rate_interval", "60s", "__range",
			SHOWN_SECONDS + "s");

	private static final String EARLIEST_SCRAPE = "min(timestamp(gmicro_scrapes_total)) and count(gmicro_scrapes_total) == 2";

	private static final JsonMapper json = new JsonMapper();

	private static final HttpClient client = HttpClient.newHttpClient();

	@TempDir
	private static Path directory;

	private static SampleServer sample;

	private static PrometheusServer prometheus;

	/** What Grafana would show is up to here, in seconds since the epoch. */
	private static double end;

	@BeforeAll
	static void drive() throws Exception {
		RealTools.find("prometheus");
		sample = SampleServer.startWith(List.of(TracedAndFailing.class), "gmicro.http.slow-requests.threshold=50ms",
				"gmicro.http.cost.enabled=true", "spring.grpc.client.channel.greeter.default.deadline=500ms");
		PrometheusConfiguration configuration = PrometheusConfiguration.in(directory).targets(sample.port()).rules();
		secondInstance();
		prometheus = PrometheusServer.start(directory, ToolServer.freePort(), configuration,
				"--enable-feature=exemplar-storage");
		// Prometheus cannot know that a series that it has not seen before was zero.
		requests();
		scraped();
		requests();
		inFlight();
		scraped();
		rulesEvaluated();
		rulesEvaluated();
		scraped();
		end = seconds(Instant.now());
	}

	@AfterAll
	static void stop() {
		if (prometheus != null) {
			prometheus.close();
		}
		if (sample != null) {
			sample.close();
		}
	}

	/** The same process by another name. */
	private static void secondInstance() throws IOException {
		Files.writeString(directory.resolve("targets/second.yml"),
				"- targets: [\"localhost:" + sample.port() + "\"]\n");
	}

	private static void requests() throws Exception {
		for (String path : List.of("/orders/1", "/orders/0", "/orders/1?fail", "/no/such/path", "/fail",
				"/slow?millis=60", "/greet/7", "/greet/Ada?millis=60", "/allocate?megabytes=64")) {
			sample.get(path);
		}
		// Now and then a server hears of the deadline so early that it takes it for a
		// cancellation.
		Stream.generate(() -> sample.getLater("/greet/Ada?millis=1000"))
			.limit(3)
			.toList()
			.forEach(CompletableFuture::join);
		sample.send("GET", "/greet/Ada", BodyPublishers.ofString("a body that nobody reads"), "Content-Type",
				"text/plain");
		sample.send("PURGE", "/orders", BodyPublishers.noBody(), "Content-Type", "text/plain");
		sample.post("/orders?fail", "");
		sample.post("/orders", "{\"item\": \"tea\", \"quantity\": 1}");
		// As many as no objective tolerates, though rules have been evaluated once only
		for (int i = 0; i < 100; i++) {
			sample.get("/orders/1?fail");
		}
		System.gc();
	}

	/** Until Prometheus has seen one. */
	private static void inFlight() {
		await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(500)).until(() -> {
			sample.getLater("/async?millis=1000");
			return prometheus.value("sum(http_server_active_requests)") > 0;
		});
	}

	/** Until Prometheus has what is there now, of both instances. */
	private static void scraped() {
		double idle = seconds(Instant.now()) + 0.01;
		await().atMost(Duration.ofSeconds(30))
			.ignoreExceptions()
			.until(() -> prometheus.value(EARLIEST_SCRAPE), (time) -> time > idle);
	}

	private static void rulesEvaluated() {
		Instant start = Instant.now();
		await().atMost(Duration.ofSeconds(30))
			.untilAsserted(() -> assertThat(Dashboard.elements(ask("/api/v1/rules", Map.of()).path("groups")))
				.isNotEmpty()
				.allSatisfy(
						(group) -> assertThat(OffsetDateTime.parse(group.path("lastEvaluation").asString()).toInstant())
							.isAfter(start)));
	}

	private static double seconds(Instant time) {
		return time.toEpochMilli() / 1000.0;
	}

	static Stream<Dashboard.Query> queries() {
		return Dashboard.all().stream().flatMap((dashboard) -> dashboard.queries().stream());
	}

	static Stream<Dashboard.Query> queriesWithExemplars() {
		return queries().filter(Dashboard.Query::exemplars);
	}

	static Stream<Arguments> variables() {
		return Dashboard.all()
			.stream()
			.flatMap((dashboard) -> dashboard.variables()
				.stream()
				.filter((variable) -> variable.path("type").asString().equals("query"))
				.map((variable) -> Arguments.of(dashboard, variable.path("name").asString(), variable)));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("queries")
	void everyQueryHasDataOfEverything(Dashboard.Query query) throws Exception {
		List<JsonNode> series = assertHasData(query, everything(query.dashboard()).replaceIn(query.expression()));
		// A share is 0 also where what it is a share of is all that there is.
		if (IDLE.stream().noneMatch(query.expression()::contains)) {
			assertThat(series).as(query.expression()).anyMatch((one) -> hasNumber(one, "-?0*[.]?0*[1-9].*"));
		}
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("queries")
	void everyQueryHasDataOfOneChosenValue(Dashboard.Query query) throws Exception {
		assertHasData(query, chosen(query.dashboard(), 1).replaceIn(query.expression()));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("queries")
	void everyQueryHasDataOfSeveralChosenValuesAndOfNoOther(Dashboard.Query query) throws Exception {
		List<JsonNode> series = assertHasData(query,
				chosen(query.dashboard(), Integer.MAX_VALUE).replaceIn(query.expression()));
		assertThat(series).allSatisfy((one) -> {
			JsonNode labels = one.path("metric");
			assertThat(labels.path("job").asString(PrometheusConfiguration.SAMPLE))
				.isEqualTo(PrometheusConfiguration.SAMPLE);
			assertThat(CHOSEN.get("route")).contains(labels.path("http_route").asString("/orders/{id}"));
		});
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("queriesWithExemplars")
	void exemplarsLeadToTheTraceThatTheDataSourceLooksUp(Dashboard.Query query) throws Exception {
		JsonNode found = ask("/api/v1/query_exemplars",
				Map.of("query", everything(query.dashboard()).replaceIn(query.expression()), "start",
						PrometheusServer.seconds(end - SHOWN_SECONDS), "end", PrometheusServer.seconds(end)));
		assertThat(Dashboard.elements(found)).isNotEmpty()
			.allSatisfy((series) -> assertThat(series.at("/exemplars/0/labels").path(traceLabel()).asString())
				.isEqualTo(TRACE));
	}

	@ParameterizedTest(name = "{0}: {1}")
	@MethodSource("variables")
	void everyVariableHasValues(Dashboard dashboard, String name, JsonNode variable) throws Exception {
		assertThat(labelValues(dashboard, variable)).containsAll(switch (name) {
			case "job" -> List.of(PrometheusConfiguration.SAMPLE);
			case "instance" -> List.of("127.0.0.1:" + sample.port(), "localhost:" + sample.port());
			default -> CHOSEN.getOrDefault(name, List.of());
		}).isNotEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "no_such_metric", "rate(no_such_metric{job=\"$job\"}[$__rate_interval])",
			"http_server_responses_total{http_route=\"/orders/\\\\{id\\\\}\"}", "0 * sum(up{job=\"$job\"}) / 0",
			"histogram_quantile(0.99, sum by (le) (0 * "
					+ "rate(http_server_request_duration_seconds_bucket{job=\"$job\"}[$__rate_interval])))" })
	void expressionWithoutDataIsSeen(String expression) throws Exception {
		Dashboard dashboard = Dashboard.all().get(0);
		for (boolean instant : List.of(true, false)) {
			Dashboard.Query query = new Dashboard.Query(dashboard, "wrong", expression, instant, false);
			assertThat(dataOf(query, everything(dashboard).replaceIn(expression))).isEmpty();
		}
	}

	private static GrafanaVariables everything(Dashboard dashboard) {
		GrafanaVariables variables = job(dashboard);
		dashboard.variables()
			.stream()
			.filter((variable) -> variable.path("multi").asBoolean())
			.forEach(variables::setAll);
		return variables;
	}

	private static GrafanaVariables chosen(Dashboard dashboard, int atMost) throws Exception {
		GrafanaVariables variables = job(dashboard);
		for (JsonNode variable : dashboard.variables()) {
			if (variable.path("multi").asBoolean()) {
				List<String> values = CHOSEN.getOrDefault(variable.path("name").asString(), List.of());
				values = values.isEmpty() ? labelValues(dashboard, variable) : values;
				variables.set(variable, values.stream().limit(atMost).toList());
			}
		}
		return variables;
	}

	private static GrafanaVariables job(Dashboard dashboard) {
		GrafanaVariables variables = new GrafanaVariables(BUILT_IN);
		dashboard.variables()
			.stream()
			.filter((variable) -> variable.path("name").asString().equals("job"))
			.forEach((variable) -> variables.set(variable, List.of(PrometheusConfiguration.SAMPLE)));
		return variables;
	}

	/** Those that Grafana would offer. */
	private static List<String> labelValues(Dashboard dashboard, JsonNode variable) throws Exception {
		String query = job(dashboard).replaceIn(variable.at("/query/query").asString());
		assertThat(query).startsWith("label_values(").endsWith(")");
		int comma = query.lastIndexOf(", ");
		JsonNode values = ask("/api/v1/label/" + query.substring(comma + 2, query.length() - 1) + "/values",
				Map.of("match[]", query.substring("label_values(".length(), comma), "start",
						PrometheusServer.seconds(end - SHOWN_SECONDS), "end", PrometheusServer.seconds(end)));
		return Dashboard.elements(values).stream().map(JsonNode::asString).toList();
	}

	private static List<JsonNode> assertHasData(Dashboard.Query query, String expression) throws Exception {
		List<JsonNode> series = dataOf(query, expression);
		assertThat(series).as(expression).isNotEmpty();
		return series;
	}

	/** The series that have something to draw. */
	private static List<JsonNode> dataOf(Dashboard.Query query, String expression) throws Exception {
		Map<String, String> parameters = new HashMap<>(Map.of("query", expression));
		if (query.instant()) {
			parameters.put("time", PrometheusServer.seconds(end));
		}
		else {
			parameters.put("start", PrometheusServer.seconds(end - SHOWN_SECONDS));
			parameters.put("end", PrometheusServer.seconds(end));
			parameters.put("step", "1");
		}
		JsonNode data = ask(query.instant() ? "/api/v1/query" : "/api/v1/query_range", parameters);
		return Dashboard.elements(data.path("result"))
			.stream()
			.filter((series) -> hasNumber(series, "[-0-9.e]+"))
			.toList();
	}

	private static boolean hasNumber(JsonNode series, String pattern) {
		Stream<JsonNode> points = series.has("value") ? Stream.of(series.path("value"))
				: Dashboard.elements(series.path("values")).stream();
		return points.anyMatch((point) -> point.path(1).asString().matches(pattern));
	}

	/** The data of an answer of the HTTP API. */
	private static JsonNode ask(String path, Map<String, String> parameters) throws IOException, InterruptedException {
		String query = parameters.entrySet()
			.stream()
			.map((entry) -> encoded(entry.getKey()) + "=" + encoded(entry.getValue()))
			.collect(Collectors.joining("&", "?", ""));
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + prometheus.address() + path + query))
			.timeout(Duration.ofSeconds(30))
			.build();
		HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
		assertThat(response.statusCode()).as(response.body() + parameters).isEqualTo(200);
		return json.readTree(response.body()).path("data");
	}

	private static String encoded(String text) {
		return URLEncoder.encode(text, StandardCharsets.UTF_8);
	}

	/** What the provisioned data source takes for the id of a trace. */
	private static String traceLabel() throws IOException {
		JsonNode sources = json.valueToTree(new Yaml()
			.load(Files.readString(Dashboard.GRAFANA.resolve("provisioning/datasources/prometheus.yml"))));
		return sources.at("/datasources/0/jsonData/exemplarTraceIdDestinations/0/name").asString();
	}

	/**
	 * With a trace for every request, and with failures of routes that have objectives.
	 */
	static final class TracedAndFailing {

		@Bean
		Filter failing() {
			return (request, response, chain) -> {
				if ("fail".equals(((HttpServletRequest) request).getQueryString())) {
					((HttpServletResponse) response).setStatus(503);
				}
				else {
					chain.doFilter(request, response);
				}
			};
		}

		@Bean
		SpanContext spanContext() {
			return new SpanContext() {

				@Override
				public @Nullable String getCurrentTraceId() {
					return TRACE;
				}

				@Override
				public @Nullable String getCurrentSpanId() {
					return "00f067aa0ba902b7";
				}

				@Override
				public boolean isCurrentSpanSampled() {
					return true;
				}

				@Override
				public void markCurrentSpanAsExemplar() {
				}

			};
		}

	}

}
