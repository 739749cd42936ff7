package io.gmicro.sample;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalDouble;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A real VictoriaMetrics on a free port of the loopback interface, as the long-term store
 * that a Prometheus writes to.
 */
final class VictoriaMetrics implements AutoCloseable {

	private static final JsonMapper json = new JsonMapper();

	private final HttpClient client = HttpClient.newHttpClient();

	private final Process process;

	private final String address;

	private VictoriaMetrics(Process process, String address) {
		this.process = process;
		this.address = address;
	}

	static VictoriaMetrics start(Path directory) throws IOException {
		String address = "127.0.0.1:" + PrometheusServer.freePort();
		Path log = directory.resolve("victoria-metrics.log");
		// What was written a moment ago is in answers at once
		Process process = new ProcessBuilder(RealTools.find("victoria-metrics"), "-httpListenAddr=" + address,
				"-storageDataPath=" + directory.resolve("victoria-metrics"), "-retentionPeriod=1",
				"-memory.allowedBytes=64MB", "-search.latencyOffset=1ms", "-search.disableCache")
			.redirectErrorStream(true)
			.redirectOutput(log.toFile())
			.start();
		VictoriaMetrics server = new VictoriaMetrics(process, address);
		try {
			await().atMost(Duration.ofSeconds(30)).until(server::isReady);
			return server;
		}
		catch (Throwable ex) {
			server.close();
			throw new AssertionError("VictoriaMetrics did not start:\n" + Files.readString(log), ex);
		}
	}

	private boolean isReady() throws InterruptedException {
		assertThat(this.process.isAlive()).as("VictoriaMetrics is running").isTrue();
		try {
			return get("/health").statusCode() == 200;
		}
		catch (IOException ex) {
			return false;
		}
	}

	/** Where Prometheus writes to. */
	String writeUrl() {
		return "http://" + this.address + "/api/v1/write";
	}

	/**
	 * The one value that a query gives at a time, in seconds since the epoch, if there is
	 * one already.
	 */
	OptionalDouble value(String query, double time) throws IOException, InterruptedException {
		HttpResponse<String> response = get("/api/v1/query?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8)
				+ "&time=" + PrometheusServer.seconds(time));
		assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
		JsonNode result = json.readTree(response.body()).at("/data/result");
		assertThat(result.size()).as(response.body()).isLessThanOrEqualTo(1);
		return result.isEmpty() ? OptionalDouble.empty()
				: OptionalDouble.of(Double.parseDouble(result.at("/0/value/1").asString()));
	}

	private HttpResponse<String> get(String path) throws IOException, InterruptedException {
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + this.address + path))
			.timeout(Duration.ofSeconds(10))
			.build();
		return this.client.send(request, HttpResponse.BodyHandlers.ofString());
	}

	@Override
	public void close() {
		this.process.destroyForcibly().onExit().join();
	}

}
