package io.gmicro.sample;

import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A real VictoriaMetrics on a free port of the loopback interface, as the long-term store
 * that a Prometheus writes to.
 */
final class VictoriaMetrics implements AutoCloseable {

	private static final JsonMapper json = new JsonMapper();

	private final ToolServer server;

	private VictoriaMetrics(ToolServer server) {
		this.server = server;
	}

	static VictoriaMetrics start(Path directory) throws IOException {
		int port = ToolServer.freePort();
		// What was written a moment ago is in answers at once
		return new VictoriaMetrics(
				ToolServer.start(directory.resolve("victoria-metrics.log"), port, "/health", "victoria-metrics",
						List.of("-httpListenAddr=127.0.0.1:" + port,
								"-storageDataPath=" + directory.resolve("victoria-metrics"), "-retentionPeriod=1",
								"-memory.allowedBytes=64MB", "-search.latencyOffset=1ms", "-search.disableCache")));
	}

	/** Where Prometheus writes to. */
	String writeUrl() {
		return "http://" + this.server.address() + "/api/v1/write";
	}

	/**
	 * The one value that a query gives at a time, in seconds since the epoch, if there is
	 * one already.
	 */
	OptionalDouble value(String query, double time) throws IOException, InterruptedException {
		HttpResponse<String> response = this.server.get("/api/v1/query?query="
				+ URLEncoder.encode(query, StandardCharsets.UTF_8) + "&time=" + PrometheusServer.seconds(time));
		assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
		JsonNode result = json.readTree(response.body()).at("/data/result");
		assertThat(result.size()).as(response.body()).isLessThanOrEqualTo(1);
		return result.isEmpty() ? OptionalDouble.empty()
				: OptionalDouble.of(Double.parseDouble(result.at("/0/value/1").asString()));
	}

	@Override
	public void close() {
		this.server.close();
	}

}
