package io.gmicro.activity;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.acme.shop.ShopApplication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A service in a process of its own, on a free port of the loopback interface.
 */
final class ShopProcess implements AutoCloseable {

	private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");

	private static final Pattern STARTED = Pattern.compile("Started \\S+ in .* seconds");

	private final HttpClient client = HttpClient.newHttpClient();

	private final Process process;

	private final Path log;

	private final int port;

	private ShopProcess(Process process, Path log) {
		this.process = process;
		this.log = log;
		Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
		try {
			await().atMost(Duration.ofMinutes(2)).until(() -> !process.isAlive() || STARTED.matcher(log()).find());
			Matcher started = PORT.matcher(log());
			assertThat(started.find()).as(log()).isTrue();
			this.port = Integer.parseInt(started.group(1));
		}
		catch (RuntimeException | Error ex) {
			close();
			throw ex;
		}
	}

	static ShopProcess start(Path directory, String heap, List<String> properties) throws IOException {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx" + heap,
						"-XX:+UseSerialGC", "-Djava.io.tmpdir=" + directory, "-cp", classPath(),
						ShopApplication.class.getName(), "--logging.config=classpath:com/acme/shop/logback.xml",
						"--server.address=127.0.0.1", "--server.port=0", "--gmicro.diagnostics.access=unrestricted"));
		properties.forEach((property) -> command.add("--" + property));
		Path log = directory.resolve("shop.log");
		return new ShopProcess(new ProcessBuilder(command).directory(directory.toFile())
			.redirectErrorStream(true)
			.redirectOutput(log.toFile())
			.start(), log);
	}

	private static String classPath() {
		return String.join(File.pathSeparator,
				Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
					.map((entry) -> Path.of(entry).toAbsolutePath().toString())
					.toList());
	}

	String log() {
		try {
			return Files.readString(this.log);
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
	}

	String get(String path) throws IOException, InterruptedException {
		HttpResponse<String> response = this.client.send(request(path), HttpResponse.BodyHandlers.ofString());
		assertThat(response.statusCode()).as(path + "\n" + response.body()).isEqualTo(200);
		return response.body();
	}

	/** Sends requests at once. Their responses complete the future. */
	CompletableFuture<Void> send(int count, String path) {
		return CompletableFuture.allOf(IntStream.range(0, count)
			.mapToObj((i) -> this.client.sendAsync(request(path), HttpResponse.BodyHandlers.discarding()))
			.toArray(CompletableFuture<?>[]::new));
	}

	/** Opens a stream, which is not read. */
	Socket open(String path) throws IOException {
		Socket socket = new Socket(InetAddress.getLoopbackAddress(), this.port);
		socket.getOutputStream()
			.write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
		return socket;
	}

	private HttpRequest request(String path) {
		return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + this.port + path))
			.timeout(Duration.ofMinutes(1))
			.build();
	}

	@Override
	public void close() {
		this.process.destroyForcibly().onExit().join();
	}

}
