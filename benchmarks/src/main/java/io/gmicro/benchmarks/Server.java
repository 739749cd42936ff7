package io.gmicro.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/**
 * A small service in a process of its own, so that the operating system tells what it
 * costs without its client.
 */
final class Server implements AutoCloseable {

	static final String ARGUMENT = "server";

	private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private final Process process;

	private final URI base;

	private final String readiness;

	private Server(Process process, int port, String readiness) {
		this.process = process;
		this.base = URI.create("http://127.0.0.1:" + port);
		this.readiness = readiness;
	}

	static void serve(String... arguments) {
		run(Application.class, arguments);
	}

	/** Nothing is logged, so a failure is printed. */
	static ConfigurableApplicationContext run(Class<?> application, String... arguments) {
		try {
			return SpringApplication.run(application, arguments);
		}
		catch (RuntimeException ex) {
			System.err.println(NestedExceptionUtils.getMostSpecificCause(ex));
			throw ex;
		}
	}

	static Server start(String... properties) throws IOException, InterruptedException {
		return start(ARGUMENT, "/orders/1", List.of(), properties);
	}

	/**
	 * Start an application of this benchmark and wait for its first response.
	 * @param application the argument that selects the application
	 * @param readiness a path that the application serves
	 * @param options options of the JVM
	 * @param properties the configuration of the application
	 * @return the running application
	 */
	static Server start(String application, String readiness, List<String> options, String... properties)
			throws IOException, InterruptedException {
		int port = freePort();
		List<String> command = new ArrayList<>(
				List.of(ProcessHandle.current().info().command().orElseThrow(), "-Xms512m", "-Xmx512m"));
		command.addAll(options);
		command.addAll(List.of("-jar", System.getProperty("java.class.path"), application, "--server.address=127.0.0.1",
				"--server.port=" + port, "--logging.level.root=warn", "--spring.main.banner-mode=off"));
		for (String property : properties) {
			command.add("--" + property);
		}
		Server server = new Server(new ProcessBuilder(command).inheritIO().start(), port, readiness);
		ShutdownHook.add(server);
		server.awaitStart();
		return server;
	}

	static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	private void awaitStart() throws InterruptedException {
		for (int attempt = 0; attempt < 300 && this.process.isAlive(); attempt++) {
			try {
				get(this.readiness);
				return;
			}
			catch (IOException ex) {
				TimeUnit.MILLISECONDS.sleep(200);
			}
		}
		close();
		throw new IllegalStateException("The service did not start");
	}

	byte[] get(String path) throws IOException, InterruptedException {
		HttpRequest request = HttpRequest.newBuilder(this.base.resolve(path)).timeout(Duration.ofMinutes(2)).build();
		HttpResponse<byte[]> response = this.client.send(request, HttpResponse.BodyHandlers.ofByteArray());
		if (response.statusCode() != 200) {
			throw new IOException(path + " answered " + response.statusCode());
		}
		return response.body();
	}

	/** What the operating system charged the process with so far. */
	Duration cpu() {
		return this.process.info().totalCpuDuration().orElseThrow();
	}

	@Override
	public void close() throws InterruptedException {
		this.process.destroy();
		if (!this.process.waitFor(10, TimeUnit.SECONDS)) {
			this.process.destroyForcibly();
		}
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@RestController
	static class Application {

		@GetMapping("/orders/{id}")
		Map<String, Object> order(@PathVariable int id) {
			return Map.of("id", id, "items", IntStream.range(0, 20).mapToObj((item) -> "item " + item).toList());
		}

	}

}
