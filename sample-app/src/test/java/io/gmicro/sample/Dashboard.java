package io.gmicro.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A dashboard of the repository as Grafana reads it.
 *
 * @param file where it is
 * @param json what is in it
 */
record Dashboard(Path file, JsonNode json) {

	static final Path GRAFANA = Path.of("../deploy/grafana");

	private static final JsonMapper mapper = new JsonMapper();

	static List<Dashboard> all() {
		try (Stream<Path> files = Files.list(GRAFANA.resolve("dashboards"))) {
			return files.sorted().map(Dashboard::read).toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static Dashboard read(Path file) {
		try {
			return new Dashboard(file, mapper.readTree(Files.readString(file)));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	String uid() {
		return this.json.path("uid").asString();
	}

	String title() {
		return this.json.path("title").asString();
	}

	/** Rows as well. */
	List<JsonNode> everything() {
		return elements(this.json.path("panels"));
	}

	List<JsonNode> panels() {
		return everything().stream().filter((panel) -> !isRow(panel)).toList();
	}

	static boolean isRow(JsonNode panel) {
		return panel.path("type").asString().equals("row");
	}

	List<JsonNode> variables() {
		return elements(this.json.at("/templating/list"));
	}

	/** Those of panels and those of annotations. */
	List<Query> queries() {
		List<Query> queries = new ArrayList<>();
		for (JsonNode panel : panels()) {
			panel.path("targets").forEach((target) -> queries.add(query(panel.path("title").asString(), target)));
		}
		for (JsonNode annotation : this.json.at("/annotations/list")) {
			queries.add(query("annotation " + annotation.path("name").asString(), annotation.path("target")));
		}
		return queries;
	}

	private Query query(String owner, JsonNode target) {
		return new Query(this, owner + " " + target.path("refId").asString(), target.path("expr").asString(),
				target.path("instant").asBoolean(), target.path("exemplar").asBoolean());
	}

	static List<JsonNode> elements(JsonNode array) {
		return StreamSupport.stream(array.spliterator(), false).toList();
	}

	@Override
	public String toString() {
		return uid();
	}

	/**
	 * What a panel or an annotation asks Prometheus.
	 *
	 * @param dashboard where it is
	 * @param name its panel and letter
	 * @param expression with variables of Grafana
	 * @param instant whether it is asked for the end of the time shown, and not for all
	 * of it
	 * @param exemplars whether it is asked for exemplars too
	 */
	record Query(Dashboard dashboard, String name, String expression, boolean instant, boolean exemplars) {

		@Override
		public String toString() {
			return this.dashboard + ": " + this.name;
		}

	}

}
