package io.gmicro.sample;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A real Pushgateway on a free port of the loopback interface, which keeps what it gets
 * in memory.
 */
final class Pushgateway implements AutoCloseable {

	private final HttpClient client = HttpClient.newHttpClient();

	private final Process process;

	private final String address;

	private Pushgateway(Process process, String address) {
		this.process = process;
		this.address = address;
	}

	static Pushgateway start(Path directory) throws IOException {
		String address = "127.0.0.1:" + PrometheusServer.freePort();
		Path log = directory.resolve("pushgateway.log");
		Process process = new ProcessBuilder(RealTools.find("prometheus-pushgateway"),
				"--web.listen-address=" + address, "--persistence.file=")
			.redirectErrorStream(true)
			.redirectOutput(log.toFile())
			.start();
		Pushgateway gateway = new Pushgateway(process, address);
		try {
			await().atMost(Duration.ofSeconds(30)).until(gateway::isReady);
			return gateway;
		}
		catch (Throwable ex) {
			gateway.close();
			throw new AssertionError("The Pushgateway did not start:\n" + Files.readString(log), ex);
		}
	}

	private boolean isReady() throws InterruptedException {
		assertThat(this.process.isAlive()).as("The Pushgateway is running").isTrue();
		try {
			return send("GET", "/-/ready").statusCode() == 200;
		}
		catch (IOException ex) {
			return false;
		}
	}

	/** Host and port, as Spring Boot's property wants it. */
	String address() {
		return this.address;
	}

	/** What a Prometheus would get of it. */
	Scrape scrape() throws IOException, InterruptedException {
		return new Scrape(send("GET", "/metrics").body());
	}

	void delete(String group) throws IOException, InterruptedException {
		assertThat(send("DELETE", "/metrics" + group).statusCode()).isEqualTo(202);
	}

	private HttpResponse<String> send(String method, String path) throws IOException, InterruptedException {
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + this.address + path))
			.method(method, HttpRequest.BodyPublishers.noBody())
			.timeout(Duration.ofSeconds(10))
			.build();
		return this.client.send(request, HttpResponse.BodyHandlers.ofString());
	}

	@Override
	public void close() {
		this.process.destroyForcibly().onExit().join();
	}

}
