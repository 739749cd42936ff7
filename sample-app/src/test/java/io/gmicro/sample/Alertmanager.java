package io.gmicro.sample;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A real Alertmanager on a free port of the loopback interface, with the configuration of
 * the repository but for where its messages go and how long it waits.
 */
final class Alertmanager implements AutoCloseable {

	static final Path CONFIGURATION = Path.of("../deploy/alertmanager/alertmanager.yml");

	private static final String RECEIVER = "localhost:9095";

	private static final JsonMapper json = new JsonMapper();

	private final ToolServer server;

	private Alertmanager(ToolServer server) {
		this.server = server;
	}

	/**
	 * All durations of the configuration are divided by a factor.
	 */
	static Alertmanager start(Path directory, int receiverPort, int factor) throws IOException {
		String configuration = PrometheusConfiguration.read(CONFIGURATION).toString();
		assertThat(configuration).contains(RECEIVER);
		configuration = PrometheusConfiguration.faster(configuration, factor)
			.replace(RECEIVER, "127.0.0.1:" + receiverPort);
		Path file = Files.writeString(directory.resolve("alertmanager.yml"), configuration);
		int port = ToolServer.freePort();
		return new Alertmanager(
				ToolServer.start(directory.resolve("alertmanager.log"), port, "/-/ready", "prometheus-alertmanager",
						List.of("--config.file=" + file, "--storage.path=" + directory.resolve("alertmanager"),
								"--web.listen-address=127.0.0.1:" + port, "--cluster.listen-address=")));
	}

	int port() {
		return this.server.port();
	}

	/** Tells it of alerts that fire, by their labels. */
	void post(List<Map<String, String>> alerts) throws IOException, InterruptedException {
		String body = json.writeValueAsString(alerts.stream().map((labels) -> Map.of("labels", labels)).toList());
		HttpRequest.Builder request = this.server.request("/api/v2/alerts")
			.header("Content-Type", "application/json")
			.POST(BodyPublishers.ofString(body));
		assertThat(this.server.send(request).statusCode()).isEqualTo(200);
	}

	/** The alerts of a job that fire, each with its labels and its status. */
	JsonNode alerts(String job) throws IOException, InterruptedException {
		return json.readTree(this.server.get("/api/v2/alerts?filter=job=" + job).body());
	}

	@Override
	public void close() {
		this.server.close();
	}

}
