package io.gmicro.compatibility;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import jakarta.servlet.ServletContext;

import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.web.context.WebApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The application on a free port, and a client that talks to it over a real socket.
 */
record RunningApplication(WebApplicationContext context) implements AutoCloseable {

	static final String ENABLED = "gmicro.metrics.enabled=true";

	private static final HttpClient client = HttpClient.newBuilder()
		.version(HttpClient.Version.HTTP_1_1)
		.connectTimeout(Duration.ofSeconds(10))
		.build();

	static RunningApplication start(String... properties) {
		return start(List.of(CompatibilityApplication.class), properties);
	}

	static RunningApplication start(List<Class<?>> sources, String... properties) {
		String[] arguments = Arrays.stream(properties).map((property) -> "--" + property).toArray(String[]::new);
		return new RunningApplication(
				(WebApplicationContext) SpringApplication.run(sources.toArray(Class<?>[]::new), arguments));
	}

	ServletContext servletContext() {
		ServletContext servletContext = this.context.getServletContext();
		assertThat(servletContext).isNotNull();
		return servletContext;
	}

	URI uri(String path) {
		return uri("local.server.port", path);
	}

	URI managementUri(String path) {
		return uri("local.management.port", path);
	}

	private URI uri(String port, String path) {
		return URI.create("http://localhost:" + this.context.getEnvironment().getRequiredProperty(port) + path);
	}

	HttpResponse<byte[]> get(String path, String... headers) {
		return send("GET", uri(path), headers);
	}

	HttpResponse<byte[]> send(String method, URI uri, String... headers) {
		return send(method, uri, BodyPublishers.noBody(), headers).join();
	}

	/**
	 * Sends a request. One without a body declares a {@code Content-Length} of 0: the
	 * client of every JDK does so for a publisher of nothing.
	 * @param method any token
	 * @param uri where to
	 * @param body the body
	 * @param headers names and values
	 * @return what the client received
	 */
	CompletableFuture<HttpResponse<byte[]>> send(String method, URI uri, BodyPublisher body, String... headers) {
		HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(20)).method(method, body);
		if (headers.length > 0) {
			request.headers(headers);
		}
		return client.sendAsync(request.build(), BodyHandlers.ofByteArray());
	}

	Samples scrape(String path) {
		HttpResponse<byte[]> response = get(path);
		assertThat(response.statusCode()).isEqualTo(200);
		return Samples.parse(new String(response.body(), StandardCharsets.UTF_8));
	}

	@Override
	public void close() {
		((ConfigurableApplicationContext) this.context).close();
	}

}
