package io.gmicro.sample;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A real Alertmanager on a free port of the loopback interface, with the configuration of
 * the repository but for where its messages go and how long it waits.
 */
final class Alertmanager implements AutoCloseable {

	static final Path CONFIGURATION = Path.of("../deploy/alertmanager/alertmanager.yml");

	private static final String RECEIVER = "localhost:9095";

	private static final JsonMapper json = new JsonMapper();

	private final HttpClient client = HttpClient.newHttpClient();

	private final Process process;

	private final int port;

	private Alertmanager(Process process, int port) {
		this.process = process;
		this.port = port;
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
		Path log = directory.resolve("alertmanager.log");
		int port = PrometheusServer.freePort();
		Process process = new ProcessBuilder(RealTools.find("prometheus-alertmanager"), "--config.file=" + file,
				"--storage.path=" + directory.resolve("alertmanager"), "--web.listen-address=127.0.0.1:" + port,
				"--cluster.listen-address=")
			.redirectErrorStream(true)
			.redirectOutput(log.toFile())
			.start();
		Alertmanager alertmanager = new Alertmanager(process, port);
		try {
			await().atMost(Duration.ofSeconds(30)).until(alertmanager::isReady);
			return alertmanager;
		}
		catch (Throwable ex) {
			alertmanager.close();
			throw new AssertionError("Alertmanager did not start:\n" + Files.readString(log), ex);
		}
	}

	private boolean isReady() throws InterruptedException {
		assertThat(this.process.isAlive()).as("Alertmanager is running").isTrue();
		try {
			return send(request("/-/ready")).statusCode() == 200;
		}
		catch (IOException ex) {
			return false;
		}
	}

	int port() {
		return this.port;
	}

	/** Tells it of alerts that fire, by their labels. */
	void post(List<Map<String, String>> alerts) throws IOException, InterruptedException {
		String body = json.writeValueAsString(alerts.stream().map((labels) -> Map.of("labels", labels)).toList());
		HttpRequest.Builder request = request("/api/v2/alerts").header("Content-Type", "application/json")
			.POST(BodyPublishers.ofString(body));
		assertThat(send(request).statusCode()).isEqualTo(200);
	}

	/** The alerts of a job that fire, each with its labels and its status. */
	JsonNode alerts(String job) throws IOException, InterruptedException {
		return json.readTree(send(request("/api/v2/alerts?filter=job=" + job)).body());
	}

	private HttpRequest.Builder request(String path) {
		return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + this.port + path))
			.timeout(Duration.ofSeconds(10));
	}

	private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
		return this.client.send(request.build(), HttpResponse.BodyHandlers.ofString());
	}

	@Override
	public void close() {
		this.process.destroyForcibly().onExit().join();
	}

}
