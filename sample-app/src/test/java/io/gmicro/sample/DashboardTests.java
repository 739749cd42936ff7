package io.gmicro.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How the dashboards are built: what Grafana would not say, or only in the browser.
 */
class DashboardTests {

	private static final Path DOCS = Path.of("../docs");

	private static final Path REFERENCE = DOCS.resolve("dashboards.md");

	private static final String START = "<!-- panels: made from the dashboards, see CONTRIBUTING.md -->\n";

	private static final String END = "<!-- end of panels -->\n";

	private static final String DATA_SOURCE = "${datasource}";

	private static final Pattern RANGE = Pattern.compile("(\\w+)\\([^()\\[]*\\[([^]]*)]");

	private static final int GRID = 24;

	private static final JsonMapper json = new JsonMapper();

	static List<Dashboard> dashboards() {
		return Dashboard.all();
	}

	static Stream<Dashboard.Query> queries() {
		return Dashboard.all().stream().flatMap((dashboard) -> dashboard.queries().stream());
	}

	@Test
	void theseAreThere() {
		assertThat(dashboards()).extracting(Dashboard::uid)
			.containsExactlyInAnyOrder("gmicro-red", "gmicro-slow", "gmicro-grpc", "gmicro-jvm", "gmicro-slo");
		assertThat(dashboards()).extracting(Dashboard::title).doesNotHaveDuplicates();
	}

	@ParameterizedTest
	@MethodSource("dashboards")
	void linksToDashboardsStayRight(Dashboard dashboard) {
		assertThat(dashboard.file()).hasFileName(dashboard.uid() + ".json");
		assertThat(dashboard.json().has("id")).as("an id of one database of Grafana").isFalse();
		assertThat(dashboard.json().path("tags").toString()).isEqualTo("[\"gmicro\"]");
		assertThat(links(dashboard, "/d/([\\w-]+)")).isSubsetOf(dashboards().stream().map(Dashboard::uid).toList());
		assertThat(dashboard.json().path("links")).anySatisfy((link) -> {
			assertThat(link.path("type").asString()).isEqualTo("dashboards");
			assertThat(link.path("tags").toString()).isEqualTo("[\"gmicro\"]");
			assertThat(link.path("includeVars").asBoolean()).isTrue();
			// Budgets are shown over 30 days, which other dashboards are not made for.
			assertThat(link.path("keepTime").asBoolean()).isEqualTo(!dashboard.uid().equals("gmicro-slo"));
		});
	}

	@ParameterizedTest
	@MethodSource("dashboards")
	void opensOnTheTimeThatItIsMadeFor(Dashboard dashboard) {
		assertThat(dashboard.json().at("/time/from").asString())
			.isEqualTo(dashboard.uid().equals("gmicro-slo") ? "now-30d" : "now-1h");
	}

	@ParameterizedTest
	@MethodSource("dashboards")
	void topTenAreTheSameAtEveryPoint(Dashboard dashboard) {
		assertThat(dashboard.json().findValuesAsString("expr")).filteredOn((expression) -> expression.contains("topk("))
			.allMatch((expression) -> expression.contains("@ end()"));
	}

	@ParameterizedTest
	@MethodSource("dashboards")
	void singleValuesOfIncreasesAreThoseOfTheTimeShown(Dashboard dashboard) {
		List<String> stats = new ArrayList<>();
		for (JsonNode panel : dashboard.json().findParents("targets")) {
			if (panel.path("type").asString().equals("stat")) {
				stats.addAll(panel.findValuesAsString("expr"));
			}
		}
		assertThat(stats).filteredOn((expression) -> expression.contains("increase("))
			.allMatch((expression) -> !expression.contains("[$__rate_interval]"));
	}

	@ParameterizedTest
	@MethodSource("dashboards")
	void linksToDocumentationLeadSomewhere(Dashboard dashboard) {
		assertThat(links(dashboard, "https?://([^\"\\\\]+)"))
			.contains("example.com/gmicro/slow-requests.md", "example.com/gmicro/dashboards.md")
			.filteredOn((link) -> !link.startsWith("localhost"))
			.allSatisfy((link) -> assertThat(DOCS.resolve(link.replace("example.com/gmicro/", ""))).exists());
	}

	private static Set<String> links(Dashboard dashboard, String pattern) {
		return Pattern.compile(pattern)
			.matcher(dashboard.json().toString())
			.results()
			.map((match) -> match.group(1))
			.collect(Collectors.toCollection(TreeSet::new));
	}

	@ParameterizedTest
	@MethodSource("dashboards")
	void panelsHaveNumbersOfTheirOwn(Dashboard dashboard) {
		assertThat(dashboard.everything()).extracting((panel) -> panel.path("id").asInt())
			.doesNotHaveDuplicates()
			.allMatch((id) -> id > 0);
	}

	@ParameterizedTest
	@MethodSource("dashboards")
	void panelsFillTheGridAndDoNotOverlap(Dashboard dashboard) {
		Set<String> taken = new HashSet<>();
		int bottom = 0;
		for (JsonNode panel : dashboard.everything()) {
			JsonNode place = panel.path("gridPos");
			int right = place.path("x").asInt() + place.path("w").asInt();
			assertThat(right).isBetween(1, GRID);
			for (int x = place.path("x").asInt(); x < right; x++) {
				for (int y = 0; y < place.path("h").asInt(); y++) {
					int row = place.path("y").asInt() + y;
					bottom = Math.max(bottom, row + 1);
					assertThat(taken.add(x + "," + row)).as("%s is below another", panel.path("title")).isTrue();
				}
			}
		}
		assertThat(taken).as("cells without a panel").hasSize(bottom * GRID);
	}

	@ParameterizedTest
	@MethodSource("dashboards")
	void everyPanelExplainsItself(Dashboard dashboard) {
		assertThat(Dashboard.isRow(dashboard.everything().get(0))).isTrue();
		assertThat(dashboard.panels()).allSatisfy((panel) -> {
			assertThat(panel.path("title").asString()).isNotBlank();
			assertThat(panel.path("description").asString()).as(panel.path("title").asString()).contains("?");
			switch (panel.path("type").asString()) {
				case "stat" -> {
					assertThat(panel.at("/fieldConfig/defaults/unit").asString()).isNotEmpty();
					assertThat(panel.at("/fieldConfig/defaults/thresholds/steps").isEmpty()).isFalse();
				}
				case "timeseries", "state-timeline" -> {
					assertThat(panel.at("/fieldConfig/defaults/unit").asString()).isNotEmpty();
					assertThat(panel.at("/options/legend/showLegend").asBoolean()).isTrue();
					assertThat(panel.path("targets"))
						.allSatisfy((target) -> assertThat(target.path("legendFormat").asString()).isNotBlank());
				}
				case "heatmap" -> assertThat(panel.at("/options/yAxis/unit").asString()).isNotEmpty();
				case "table" -> assertThat(unitsOfColumns(panel)).isEqualTo(panel.path("targets").size());
				default -> assertThat(panel.path("type").asString()).isEqualTo("text");
			}
		});
	}

	private static long unitsOfColumns(JsonNode table) {
		return Dashboard.elements(table.at("/fieldConfig/overrides"))
			.stream()
			.flatMap((override) -> Dashboard.elements(override.path("properties")).stream())
			.filter((property) -> property.path("id").asString().equals("unit"))
			.count();
	}

	@ParameterizedTest
	@MethodSource("dashboards")
	void everyDataSourceIsTheChosenOne(Dashboard dashboard) {
		JsonNode first = dashboard.variables().get(0);
		assertThat(first.path("name").asString()).isEqualTo("datasource");
		assertThat(first.path("type").asString()).isEqualTo("datasource");
		assertThat(first.path("query").asString()).isEqualTo("prometheus");
		assertThat(dashboard.json().findValues("datasource")).isNotEmpty().allSatisfy((source) -> {
			assertThat(source.path("type").asString()).isEqualTo("prometheus");
			assertThat(source.path("uid").asString()).isEqualTo(DATA_SOURCE);
		});
		List<JsonNode> asking = new ArrayList<>(dashboard.variables().subList(1, dashboard.variables().size()));
		dashboard.panels().forEach((panel) -> panel.path("targets").forEach(asking::add));
		assertThat(asking).allMatch((node) -> node.has("datasource"));
	}

	@ParameterizedTest
	@MethodSource("dashboards")
	void variablesNarrowDownEachOther(Dashboard dashboard) {
		Set<String> names = new HashSet<>();
		for (JsonNode variable : dashboard.variables()) {
			assertThat(references(variable.path("query").path("query").asString())).isSubsetOf(names);
			names.add(variable.path("name").asString());
			if (variable.path("multi").asBoolean()) {
				assertThat(variable.path("includeAll").asBoolean()).isTrue();
				assertThat(variable.path("allValue").asString()).isEqualTo(".*");
			}
		}
		assertThat(names).contains("datasource", "job");
		names.addAll(List.of("__rate_interval", "__range"));
		assertThat(dashboard.queries())
			.allSatisfy((query) -> assertThat(references(query.expression())).isSubsetOf(names));
	}

	private static Set<String> references(String expression) {
		return Pattern.compile("\\$\\{?([A-Za-z_]\\w*)")
			.matcher(expression)
			.results()
			.map((match) -> match.group(1))
			.collect(Collectors.toSet());
	}

	@ParameterizedTest
	@MethodSource("queries")
	void rangesFollowWhatIsShown(Dashboard.Query query) {
		assertThat(query.expression().chars().filter((character) -> character == '[').count())
			.isEqualTo(RANGE.matcher(query.expression()).results().count());
		for (MatchResult range : RANGE.matcher(query.expression()).results().toList()) {
			assertThat(range.group(1)).isIn("rate", "increase", "max_over_time");
			assertThat(range.group(2)).isIn("$__rate_interval", "$__range");
		}
		if (!query.instant() && query.expression().contains("rate(")) {
			assertThat(query.expression()).contains("[$__rate_interval]");
		}
	}

	@ParameterizedTest
	@MethodSource("queries")
	void histogramsShowExemplars(Dashboard.Query query) {
		assertThat(query.exemplars()).isEqualTo(!query.instant() && query.expression().contains("_bucket{"));
	}

	/** What Grafana makes of values that are chosen from a list. */
	@ParameterizedTest
	@CsvSource(delimiter = ';', quoteCharacter = '~', textBlock = """
			/api/users/{id};        /api/users/\\\\{id\\\\}
			greet.Greeter/SayHello; greet\\\\.Greeter/SayHello
			/**;                    /\\\\*\\\\*
			/orders,/orders/{id};   (/orders|/orders/\\\\{id\\\\})
			""")
	void valuesAreEscapedForRegularExpressions(String values, String text) {
		JsonNode route = json
			.readTree("{\"name\": \"route\", \"multi\": true, \"includeAll\": true, \"allValue\": \".*\"}");
		GrafanaVariables variables = new GrafanaVariables(Map.of()).set(route, List.of(values.split(",")));
		assertThat(variables.replaceIn("a{b=~\"$route\"} or c{d=~\"${route}\"}"))
			.isEqualTo("a{b=~\"" + text + "\"} or c{d=~\"" + text + "\"}");
		assertThat(variables.setAll(route).replaceIn("a{b=~\"$route\"}")).isEqualTo("a{b=~\".*\"}");
	}

	/** Which the source has written, see deploy/grafana/source. */
	@Test
	void dashboardsAreWhatTheirSourceMade() throws Exception {
		List<String> lines = Files.readAllLines(Dashboard.GRAFANA.resolve("source/checksums"));
		for (String line : lines) {
			String[] parts = line.split(" {2}");
			byte[] content = Files.readAllBytes(Dashboard.GRAFANA.resolve(parts[1]));
			assertThat(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content)))
				.as("%s is not what it was when the dashboards were made; run npm run make in deploy/grafana/source",
						parts[1])
				.isEqualTo(parts[0]);
		}
		try (Stream<Path> sources = Files.list(Dashboard.GRAFANA.resolve("source"));
				Stream<Path> dashboards = Files.list(Dashboard.GRAFANA.resolve("dashboards"))) {
			assertThat(lines).extracting((line) -> line.split(" {2}")[1])
				.containsExactlyInAnyOrderElementsOf(Stream.concat(sources, dashboards)
					.map((path) -> Dashboard.GRAFANA.relativize(path).toString().replace('\\', '/'))
					.filter((path) -> path.matches(".*\\.(ts|json)"))
					.toList());
		}
	}

	@Test
	void provisioningFindsThem() throws IOException {
		JsonNode source = yaml("datasources/prometheus.yml").at("/datasources/0");
		assertThat(source.path("uid").asString()).isEqualTo("gmicro-prometheus");
		assertThat(source.path("type").asString()).isEqualTo("prometheus");
		assertThat(source.at("/jsonData/timeInterval").asString())
			.isEqualTo(PrometheusConfiguration.read(PrometheusConfiguration.REPOSITORY.resolve("prometheus.yml"))
				.at("/global/scrape_interval")
				.asString());
		JsonNode provider = yaml("dashboards/gmicro.yml").at("/providers/0");
		assertThat(provider.path("type").asString()).isEqualTo("file");
		assertThat(provider.path("allowUiUpdates").asBoolean()).isFalse();
		assertThat(provider.at("/options/path").asString()).isEqualTo("/var/lib/grafana/dashboards");
	}

	private static JsonNode yaml(String file) throws IOException {
		return json
			.valueToTree(new Yaml().load(Files.readString(Dashboard.GRAFANA.resolve("provisioning").resolve(file))));
	}

	/** Run with {@code -Dgmicro.docs=write} to write the tables anew. */
	@Test
	void documentationNamesEveryPanel() throws IOException {
		String text = Files.readString(REFERENCE);
		assertThat(text).contains(START, END);
		String tables = Stream.of("gmicro-red", "gmicro-slow", "gmicro-grpc", "gmicro-jvm", "gmicro-slo")
			.map(dashboards().stream().collect(Collectors.toMap(Dashboard::uid, Function.identity()))::get)
			.map(DashboardTests::table)
			.collect(Collectors.joining("\n", "\n", ""));
		int start = text.indexOf(START) + START.length();
		int end = text.indexOf(END);
		if ("write".equals(System.getProperty("gmicro.docs"))) {
			Files.writeString(REFERENCE, text.substring(0, start) + tables + text.substring(end));
			return;
		}
		assertThat(text.substring(start, end)).as("run with -Dgmicro.docs=write").isEqualTo(tables);
	}

	private static String table(Dashboard dashboard) {
		StringBuilder table = new StringBuilder("### ").append(dashboard.title())
			.append("\n\n")
			.append(dashboard.json().path("description").asString())
			.append("\n\n| Row | Panel | What it answers |\n|---|---|---|\n");
		String row = "";
		for (JsonNode panel : dashboard.everything()) {
			if (Dashboard.isRow(panel)) {
				row = panel.path("title").asString();
				continue;
			}
			table.append("| %s| %s | %s |\n".formatted(row.isEmpty() ? "" : row + " ", panel.path("title").asString(),
					panel.path("description").asString()));
			row = "";
		}
		return table.toString();
	}

}
