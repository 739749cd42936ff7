package io.gmicro.sample;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A real Pushgateway on a free port of the loopback interface, which keeps what it gets
 * in memory.
 */
final class Pushgateway implements AutoCloseable {

	private final ToolServer server;

	private Pushgateway(ToolServer server) {
		this.server = server;
	}

	static Pushgateway start(Path directory) throws IOException {
		int port = ToolServer.freePort();
		return new Pushgateway(ToolServer.start(directory.resolve("pushgateway.log"), port, "/-/ready",
				"prometheus-pushgateway", List.of("--web.listen-address=127.0.0.1:" + port, "--persistence.file=")));
	}

	/** Host and port, as Spring Boot's property wants it. */
	String address() {
		return this.server.address();
	}

	/** What a Prometheus would get of it. */
	Scrape scrape() throws IOException, InterruptedException {
		return new Scrape(this.server.get("/metrics").body());
	}

	void delete(String group) throws IOException, InterruptedException {
		assertThat(this.server.send(this.server.request("/metrics" + group).DELETE()).statusCode()).isEqualTo(202);
	}

	@Override
	public void close() {
		this.server.close();
	}

}
