package io.gmicro.sample;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.grpc.server.lifecycle.GrpcServerLifecycle;

/**
 * The sample as its main method starts it, but on a free port of the loopback interface.
 */
final class SampleServer implements AutoCloseable {

	private static final String GRPC_PORT = "local.grpc.server.port";

	private final HttpClient client = HttpClient.newHttpClient();

	private final ConfigurableApplicationContext context;

	private final int port;

	private SampleServer(ConfigurableApplicationContext context) {
		this.context = context;
		this.port = context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
	}

	static SampleServer start(Class<?>... additionalSources) {
		return startWith(List.of(additionalSources));
	}

	/**
	 * With properties that are not those of the sample, each written {@code name=value}.
	 */
	static SampleServer startWith(String... properties) {
		return startWith(List.of(), properties);
	}

	static SampleServer startWith(List<Class<?>> additionalSources, String... properties) {
		SpringApplication application = new SpringApplication(SampleApplication.class);
		application.addPrimarySources(additionalSources);
		return start(application, properties);
	}

	private static SampleServer start(SpringApplication application, String... properties) {
		List<String> arguments = new ArrayList<>(List.of("--server.address=127.0.0.1", "--server.port=0",
				"--spring.grpc.server.address=127.0.0.1", "--spring.grpc.server.port=0",
				"--spring.grpc.client.channel.greeter.target=static://127.0.0.1:${" + GRPC_PORT + "}"));
		for (String property : properties) {
			arguments.add("--" + property);
		}
		ConfigurableApplicationContext context = application.run(arguments.toArray(String[]::new));
		int grpcPort = context.getBean(GrpcServerLifecycle.class).getPort();
		context.getEnvironment()
			.getPropertySources()
			.addFirst(new MapPropertySource("grpc", Map.of(GRPC_PORT, grpcPort)));
		return new SampleServer(context);
	}

	int port() {
		return this.port;
	}

	<T> T bean(Class<T> type) {
		return this.context.getBean(type);
	}

	HttpResponse<String> get(String path) throws IOException, InterruptedException {
		return send(request(path));
	}

	CompletableFuture<HttpResponse<String>> getLater(String path) {
		return this.client.sendAsync(request(path).build(), HttpResponse.BodyHandlers.ofString());
	}

	HttpResponse<String> post(String path, String json) throws IOException, InterruptedException {
		return send(request(path).header("Content-Type", "application/json")
			.POST(HttpRequest.BodyPublishers.ofString(json)));
	}

	/** Any request; headers are names and values in turn. */
	HttpResponse<byte[]> send(String method, String path, HttpRequest.BodyPublisher body, String... headers)
			throws IOException, InterruptedException {
		return this.client.send(request(path).method(method, body).headers(headers).build(),
				HttpResponse.BodyHandlers.ofByteArray());
	}

	Scrape scrape() throws IOException, InterruptedException {
		return new Scrape(send(request("/metrics").header("Accept", "text/plain")).body());
	}

	private HttpRequest.Builder request(String path) {
		return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + this.port + path))
			.timeout(Duration.ofSeconds(30));
	}

	private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
		return this.client.send(request.build(), HttpResponse.BodyHandlers.ofString());
	}

	int grpcPort() {
		return this.context.getEnvironment().getRequiredProperty(GRPC_PORT, Integer.class);
	}

	@Override
	public void close() {
		this.context.close();
	}

}
