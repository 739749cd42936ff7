package io.gmicro.sample;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A real tool that serves HTTP at a port of the loopback interface, until it is closed.
 */
final class ToolServer implements AutoCloseable {

	private final HttpClient client = HttpClient.newHttpClient();

	private final Process process;

	private final int port;

	private ToolServer(Process process, int port) {
		this.process = process;
		this.port = port;
	}

	/**
	 * Starts a tool and waits until it is ready.
	 * @param log a file for what it writes
	 * @param port the port that the arguments tell it
	 * @param readyPath answers with 200 once it is ready
	 * @param tool its name
	 * @param arguments its arguments
	 */
	static ToolServer start(Path log, int port, String readyPath, String tool, List<String> arguments)
			throws IOException {
		List<String> command = new ArrayList<>(List.of(RealTools.find(tool)));
		command.addAll(arguments);
		Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
		ToolServer server = new ToolServer(process, port);
		try {
			await().atMost(Duration.ofSeconds(30)).until(() -> server.isReady(readyPath));
			return server;
		}
		catch (Throwable ex) {
			server.close();
			throw new AssertionError(tool + " did not start:\n" + Files.readString(log), ex);
		}
	}

	static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	private boolean isReady(String path) throws InterruptedException {
		assertThat(this.process.isAlive()).as("it is running").isTrue();
		try {
			return get(path).statusCode() == 200;
		}
		catch (IOException ex) {
			return false;
		}
	}

	int port() {
		return this.port;
	}

	/** Host and port. */
	String address() {
		return "127.0.0.1:" + this.port;
	}

	HttpResponse<String> get(String path) throws IOException, InterruptedException {
		return send(request(path));
	}

	HttpRequest.Builder request(String path) {
		return HttpRequest.newBuilder(URI.create("http://" + address() + path)).timeout(Duration.ofSeconds(10));
	}

	HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
		return this.client.send(request.build(), HttpResponse.BodyHandlers.ofString());
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

}
