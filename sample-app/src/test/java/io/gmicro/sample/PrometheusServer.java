package io.gmicro.sample;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A real Prometheus on a free port of the loopback interface, with the configuration of
 * the repository as far as {@link PrometheusConfiguration} keeps it.
 */
final class PrometheusServer implements AutoCloseable {

	private static final JsonMapper json = new JsonMapper();

	private final HttpClient client = HttpClient.newHttpClient();

	private final Process process;

	private final String address;

	private PrometheusServer(Process process, String address) {
		this.process = process;
		this.address = address;
	}

	/** Scrapes one instance of the sample. */
	static PrometheusServer start(Path directory, int targetPort, String... arguments) throws IOException {
		return start(directory, freePort(), PrometheusConfiguration.in(directory).targets(targetPort), arguments);
	}

	/** Scrapes and evaluates what a configuration in the same directory says. */
	static PrometheusServer start(Path directory, int port, PrometheusConfiguration configuration, String... arguments)
			throws IOException {
		return start(directory, port, configuration.write(), arguments);
	}

	/** Does what a file says. */
	static PrometheusServer start(Path directory, int port, Path configuration, String... arguments)
			throws IOException {
		String address = "127.0.0.1:" + port;
		Path log = directory.resolve("prometheus.log");
		List<String> command = new ArrayList<>(List.of(RealTools.find("prometheus"), "--config.file=" + configuration,
				"--storage.tsdb.path=" + directory.resolve("data"), "--web.listen-address=" + address));
		command.addAll(List.of(arguments));
		Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
		PrometheusServer server = new PrometheusServer(process, address);
		try {
			await().atMost(Duration.ofSeconds(30)).until(server::isReady);
			return server;
		}
		catch (Throwable ex) {
			server.close();
			throw new AssertionError("Prometheus did not start:\n" + Files.readString(log), ex);
		}
	}

	static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	private boolean isReady() throws InterruptedException {
		assertThat(this.process.isAlive()).as("Prometheus is running").isTrue();
		try {
			return get("/-/ready").statusCode() == 200;
		}
		catch (IOException ex) {
			return false;
		}
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
		HttpResponse<String> response = get(
				"/api/v1/query?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8) + parameters);
		assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
		List<Sample> samples = new ArrayList<>();
		for (JsonNode sample : json.readTree(response.body()).at("/data/result")) {
			samples.add(new Sample(sample.path("metric"), Double.parseDouble(sample.at("/value/1").asString())));
		}
		return samples;
	}

	private HttpResponse<String> get(String path) throws IOException, InterruptedException {
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + this.address + path))
			.timeout(Duration.ofSeconds(10))
			.build();
		return this.client.send(request, HttpResponse.BodyHandlers.ofString());
	}

	/** Host and port. */
	String address() {
		return this.address;
	}

	@Override
	public void close() {
		this.process.destroy();
		try {
			if (!this.process.waitFor(10, TimeUnit.SECONDS)) {
				this.process.destroyForcibly().waitFor();
			}
		}
		catch (InterruptedException ex) {
			this.process.destroyForcibly();
			Thread.currentThread().interrupt();
		}
	}

	private record Sample(JsonNode metric, double value) {
	}

}
