package io.gmicro.compatibility.clinic;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.samples.workshop.WorkshopApplication;

/**
 * The application on a free port, and clients that talk to it over real sockets.
 */
final class RunningWorkshop implements AutoCloseable {

	static final String CONTEXT_PATH = "/workshop";

	private static final Duration TIMEOUT = Duration.ofSeconds(20);

	private final HttpClient client = HttpClient.newBuilder()
		.version(HttpClient.Version.HTTP_1_1)
		.connectTimeout(TIMEOUT)
		.build();

	private final ConfigurableApplicationContext context;

	private RunningWorkshop(ConfigurableApplicationContext context) {
		this.context = context;
	}

	static RunningWorkshop start(String... properties) {
		String[] arguments = Stream
			.concat(Stream.of("server.port=0", "server.address=127.0.0.1"), Arrays.stream(properties))
			.map((property) -> "--" + property)
			.toArray(String[]::new);
		return new RunningWorkshop(
				SpringApplication.run(new Class<?>[] { WorkshopApplication.class, AccessLog.class }, arguments));
	}

	<T> T bean(Class<T> type) {
		return this.context.getBean(type);
	}

	private int port() {
		return this.context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
	}

	/**
	 * Return a URI of the server.
	 * @param path the path with the context path
	 * @return the URI
	 */
	URI uri(String path) {
		return URI.create("http://localhost:" + port() + path);
	}

	HttpResponse<String> get(URI uri, String... headers) {
		return send("GET", uri, "", headers).join();
	}

	CompletableFuture<HttpResponse<String>> send(String method, URI uri, String body, String... headers) {
		HttpRequest.Builder request = HttpRequest.newBuilder(uri)
			.timeout(TIMEOUT)
			.method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
		if (headers.length > 0) {
			request.headers(headers);
		}
		return this.client.sendAsync(request.build(), BodyHandlers.ofString());
	}

	/**
	 * Sends bytes as they are and reads until the server closes the connection.
	 * @param text what is sent
	 * @return what the server answered
	 * @throws IOException if it cannot be sent, or there is no end of the answer
	 */
	String exchange(String text) throws IOException {
		try (Socket socket = connect(text)) {
			return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
		}
	}

	/**
	 * Sends a part of a request and goes away without waiting.
	 * @param text what is sent
	 * @throws IOException if it cannot be sent
	 */
	void leave(String text) throws IOException {
		connect(text).close();
	}

	private Socket connect(String text) throws IOException {
		Socket socket = new Socket(InetAddress.getLoopbackAddress(), port());
		try {
			socket.setSoTimeout((int) TIMEOUT.toMillis());
			socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
			return socket;
		}
		catch (IOException ex) {
			socket.close();
			throw ex;
		}
	}

	@Override
	public void close() {
		this.context.close();
	}

}
