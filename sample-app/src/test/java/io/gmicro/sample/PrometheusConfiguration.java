package io.gmicro.sample;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The configuration of Prometheus in the repository, changed as far as a test needs it:
 * addresses of its own, shorter intervals. Only the sample is scraped, and no rule is
 * evaluated, unless the test says so.
 */
final class PrometheusConfiguration {

	static final Path REPOSITORY = Path.of("../deploy/prometheus");

	static final String SAMPLE = "gmicro-sample";

	private static final Pattern DURATION = Pattern.compile("\\b(\\d+)([smhd])\\b");

	private static final JsonMapper json = new JsonMapper();

	private final Path directory;

	private final ObjectNode root;

	private final Set<String> jobs = new HashSet<>(Set.of(SAMPLE));

	private String interval = "1s";

	private PrometheusConfiguration(Path directory, ObjectNode root) {
		this.directory = directory;
		this.root = root;
		root.remove("rule_files");
		root.remove("alerting");
		((ObjectNode) job(SAMPLE).at("/file_sd_configs/0")).put("refresh_interval", "1s");
	}

	/** In a directory that is the test's, and of no other Prometheus. */
	static PrometheusConfiguration in(Path directory) throws IOException {
		return new PrometheusConfiguration(directory, read(REPOSITORY.resolve("prometheus.yml")));
	}

	/** The first document of any file of YAML, as Jackson's nodes. */
	static ObjectNode read(Path file) throws IOException {
		return json.valueToTree(new Yaml().loadAll(Files.readString(file)).iterator().next());
	}

	/**
	 * The instances of the sample, by their ports. May be called while Prometheus runs,
	 * which then scrapes these and no others.
	 */
	PrometheusConfiguration targets(int... ports) throws IOException {
		Path targets = Files.createDirectories(this.directory.resolve("targets"));
		ArrayNode groups = json.createArrayNode();
		ArrayNode addresses = groups.addObject().putArray("targets");
		IntStream.of(ports).forEach((port) -> addresses.add("127.0.0.1:" + port));
		Path written = Files.writeString(this.directory.resolve("targets.tmp"), json.writeValueAsString(groups));
		Files.move(written, targets.resolve(SAMPLE + ".yml"), StandardCopyOption.ATOMIC_MOVE);
		return this;
	}

	/** Scrapes another job of the configuration as well, at the test's own port. */
	PrometheusConfiguration job(String name, int port) {
		this.jobs.add(name);
		setTarget(job(name), port);
		return this;
	}

	/** Evaluates the rules of the repository every second. */
	PrometheusConfiguration rules() throws IOException {
		return rules(1);
	}

	/**
	 * Evaluates the rules of the repository with all their durations, and the intervals
	 * of scrapes and evaluations, divided by a number.
	 */
	PrometheusConfiguration rules(int factor) throws IOException {
		this.root.putArray("rule_files").add("rules/*.yml");
		if (factor != 1) {
			this.interval = faster(this.root.at("/global/scrape_interval").asString(), factor);
		}
		Path rules = Files.createDirectories(this.directory.resolve("rules"));
		try (DirectoryStream<Path> files = Files.newDirectoryStream(REPOSITORY.resolve("rules"), "*.yml")) {
			for (Path file : files) {
				ObjectNode content = read(file);
				content.path("groups").forEach((group) -> makeFaster((ObjectNode) group, factor));
				Files.writeString(rules.resolve(file.getFileName()), json.writeValueAsString(content));
			}
		}
		return this;
	}

	private static void makeFaster(ObjectNode group, int factor) {
		if (factor == 1) {
			group.remove("interval");
			// A subquery has values at whole minutes, which a test would have to wait
			// for.
			group.path("rules")
				.forEach((rule) -> ((ObjectNode) rule).put("expr",
						rule.path("expr").asString().replace(":1m]", ":1s]")));
			return;
		}
		makeFaster(group, "interval", factor);
		for (JsonNode rule : group.path("rules")) {
			makeFaster((ObjectNode) rule, "expr", factor);
			makeFaster((ObjectNode) rule, "for", factor);
		}
	}

	private static void makeFaster(ObjectNode node, String field, int factor) {
		if (node.has(field)) {
			node.put(field, faster(node.path(field).asString(), factor));
		}
	}

	/** A text with every duration in it divided by a number. */
	static String faster(String text, int factor) {
		return DURATION.matcher(text).replaceAll((duration) -> {
			Duration unit = switch (duration.group(2)) {
				case "s" -> Duration.ofSeconds(1);
				case "m" -> Duration.ofMinutes(1);
				case "h" -> Duration.ofHours(1);
				default -> Duration.ofDays(1);
			};
			return unit.multipliedBy(Long.parseLong(duration.group(1))).dividedBy(factor).toMillis() + "ms";
		});
	}

	/** Tells an Alertmanager at a port. */
	PrometheusConfiguration alertmanager(int port) throws IOException {
		JsonNode alerting = read(REPOSITORY.resolve("prometheus.yml")).path("alerting");
		setTarget(alerting.at("/alertmanagers/0"), port);
		this.root.set("alerting", alerting);
		return this;
	}

	/** Sets a whole section of the configuration, such as {@code remote_write}. */
	PrometheusConfiguration section(String name, Object value) {
		this.root.set(name, json.valueToTree(value));
		return this;
	}

	private ObjectNode job(String name) {
		for (JsonNode job : this.root.path("scrape_configs")) {
			if (job.path("job_name").asString().equals(name)) {
				return (ObjectNode) job;
			}
		}
		throw new AssertionError("There is no job " + name);
	}

	private static void setTarget(JsonNode parent, int port) {
		JsonNode targets = parent.at("/static_configs/0/targets");
		assertThat(targets.size()).as(parent.toString()).isEqualTo(1);
		((ArrayNode) targets).set(0, "127.0.0.1:" + port);
	}

	/** Writes what Prometheus reads. */
	Path write() throws IOException {
		ObjectNode global = (ObjectNode) this.root.path("global");
		global.put("scrape_interval", this.interval);
		global.put("scrape_timeout", this.interval);
		global.put("evaluation_interval", this.interval);
		ArrayNode kept = json.createArrayNode();
		this.jobs.forEach((name) -> kept.add(job(name)));
		this.root.set("scrape_configs", kept);
		return Files.writeString(this.directory.resolve("prometheus.yml"), json.writeValueAsString(this.root));
	}

}
