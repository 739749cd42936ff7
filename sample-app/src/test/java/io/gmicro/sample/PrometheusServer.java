package io.gmicro.sample;

import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A real Prometheus on a free port of the loopback interface, with the configuration of
 * the repository as far as {@link PrometheusConfiguration} keeps it.
 */
final class PrometheusServer implements AutoCloseable {

	private static final JsonMapper json = new JsonMapper();

	private final ToolServer server;

	private PrometheusServer(ToolServer server) {
		this.server = server;
	}

	/** Scrapes one instance of the sample. */
	static PrometheusServer start(Path directory, int targetPort, String... arguments) throws IOException {
		return start(directory, ToolServer.freePort(), PrometheusConfiguration.in(directory).targets(targetPort),
				arguments);
	}

	/** A Prometheus of version 3 that scrapes one instance of the sample. */
	static PrometheusServer start3(Path directory, int targetPort, String... arguments) throws IOException {
		return start("prometheus3", directory, ToolServer.freePort(),
				PrometheusConfiguration.in(directory).targets(targetPort).write(), arguments);
	}

	/** Scrapes and evaluates what a configuration in the same directory says. */
	static PrometheusServer start(Path directory, int port, PrometheusConfiguration configuration, String... arguments)
			throws IOException {
		return start(directory, port, configuration.write(), arguments);
	}

	/** Does what a file says. */
	static PrometheusServer start(Path directory, int port, Path configuration, String... arguments)
			throws IOException {
		return start("prometheus", directory, port, configuration, arguments);
	}

	private static PrometheusServer start(String tool, Path directory, int port, Path configuration,
			String... arguments) throws IOException {
		List<String> all = new ArrayList<>(List.of("--config.file=" + configuration,
				"--storage.tsdb.path=" + directory.resolve("data"), "--web.listen-address=127.0.0.1:" + port));
		all.addAll(List.of(arguments));
		return new PrometheusServer(ToolServer.start(directory.resolve("prometheus.log"), port, "/-/ready", tool, all));
	}

	/** The one value that a query gives now. */
	double value(String query) throws IOException, InterruptedException {
		return single(query, query(query, ""));
	}

	/** The one value that a query gives at a time, in seconds since the epoch. */
	double value(String query, double time) throws IOException, InterruptedException {
		return single(query, query(query, "&time=" + seconds(time)));
	}

	private static double single(String query, List<Sample> samples) {
		assertThat(samples).as(query).hasSize(1);
		return samples.get(0).value();
	}

	/** The values that a query gives at a time, by a label. */
	Map<String, Double> valuesBy(String label, String query, double time) throws IOException, InterruptedException {
		Map<String, Double> values = new HashMap<>();
		for (Sample sample : query(query, "&time=" + seconds(time))) {
			values.put(sample.metric().path(label).asString(), sample.value());
		}
		return values;
	}

	/** A time as PromQL and the HTTP API write it. */
	static String seconds(double time) {
		return String.format(Locale.ROOT, "%.3f", time);
	}

	private List<Sample> query(String query, String parameters) throws IOException, InterruptedException {
		HttpResponse<String> response = this.server
			.get("/api/v1/query?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8) + parameters);
		assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
		List<Sample> samples = new ArrayList<>();
		for (JsonNode sample : json.readTree(response.body()).at("/data/result")) {
			samples.add(new Sample(sample.path("metric"), Double.parseDouble(sample.at("/value/1").asString())));
		}
		return samples;
	}

	/** Host and port. */
	String address() {
		return this.server.address();
	}

	@Override
	public void close() {
		this.server.close();
	}

	private record Sample(JsonNode metric, double value) {
	}

}
