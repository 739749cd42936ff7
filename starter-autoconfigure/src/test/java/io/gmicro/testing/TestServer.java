package io.gmicro.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/**
 * An application on a real container and a free port of the loopback interface.
 */
public final class TestServer implements AutoCloseable {

	private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private final ConfigurableApplicationContext context;

	private TestServer(ConfigurableApplicationContext context) {
		this.context = context;
	}

	/**
	 * Starts an application whose metrics do not start at zero unless a property says so.
	 * @param container the container to run it on
	 * @param application its configuration, beside auto-configuration
	 * @param properties its properties, each written {@code name=value}
	 * @return the running application
	 */
	public static TestServer start(Container container, Class<?> application, String... properties) {
		SpringApplication spring = new SpringApplication(AutoConfigured.class, container.configuration(), application);
		// Tests compare all series, and those that start at zero have tests of their own
		spring.setDefaultProperties(Map.of("gmicro.http.initialize-metrics", "false"));
		List<String> arguments = new ArrayList<>(List.of("--server.port=0", "--server.address=127.0.0.1",
				"--spring.autoconfigure.exclude=" + container.excluded().getName()));
		for (String property : properties) {
			arguments.add("--" + property);
		}
		return new TestServer(spring.run(arguments.toArray(String[]::new)));
	}

	public ConfigurableApplicationContext context() {
		return this.context;
	}

	public int port() {
		return this.context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
	}

	public URI uri(String path) {
		return URI.create("http://127.0.0.1:" + port() + path);
	}

	public HttpResponse<String> get(String path) {
		return send(path, (request) -> {
		});
	}

	public HttpResponse<String> send(String path, Consumer<HttpRequest.Builder> request) {
		HttpRequest.Builder builder = HttpRequest.newBuilder(uri(path));
		request.accept(builder);
		return send(builder.build(), HttpResponse.BodyHandlers.ofString());
	}

	public <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
		try {
			return this.client.send(request, handler);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * The status of an answer of any port of this host, such as the management port.
	 * @param port the port
	 * @param path the path
	 */
	public static int status(int port, String path) {
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build();
		try {
			return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	public Samples scrape() {
		return Samples.parse(get("/metrics").body());
	}

	@Override
	public void close() {
		this.context.close();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class AutoConfigured {

	}

}
