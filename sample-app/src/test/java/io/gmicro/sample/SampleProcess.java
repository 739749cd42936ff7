package io.gmicro.sample;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The sample in a process of its own, with pprof, on a free port of the loopback
 * interface. It runs on the Java runtime of the tests, has its temporary files in a
 * directory of the test, and ends when this is closed.
 */
final class SampleProcess implements AutoCloseable {

	private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");

	private static final Pattern STARTED = Pattern.compile("Started \\S+ in .* seconds");

	private static final Duration START = Duration.ofMinutes(2);

	private final HttpClient client = HttpClient.newHttpClient();

	private final Process process;

	private final Path log;

	private final int port;

	private SampleProcess(Process process, Path log) {
		this.process = process;
		this.log = log;
		try {
			await().atMost(START).until(() -> !process.isAlive() || STARTED.matcher(log()).find());
			Matcher started = PORT.matcher(log());
			assertThat(started.find()).as(log()).isTrue();
			this.port = Integer.parseInt(started.group(1));
		}
		catch (RuntimeException | Error ex) {
			close();
			throw ex;
		}
	}

	static Builder builder(Path directory) {
		return new Builder(directory);
	}

	String log() {
		try {
			return Files.readString(this.log);
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
	}

	/** Of a profile, or of whatever else is asked for without a slash ahead. */
	String url(String path) {
		return "http://127.0.0.1:" + this.port + (path.startsWith("/") ? path : "/debug/pprof/" + path);
	}

	int port() {
		return this.port;
	}

	long pid() {
		return this.process.pid();
	}

	HttpResponse<String> get(String path) throws IOException, InterruptedException {
		return this.client.send(request(path), HttpResponse.BodyHandlers.ofString());
	}

	HttpResponse<byte[]> bytes(String path) throws IOException, InterruptedException {
		return this.client.send(request(path), HttpResponse.BodyHandlers.ofByteArray());
	}

	CompletableFuture<HttpResponse<byte[]>> later(String path) {
		return this.client.sendAsync(request(path), HttpResponse.BodyHandlers.ofByteArray());
	}

	private HttpRequest request(String path) {
		return HttpRequest.newBuilder(URI.create(url(path))).timeout(Duration.ofMinutes(1)).build();
	}

	/** As a supervisor ends it, with SIGTERM. */
	void terminate() {
		this.process.destroy();
		this.process.onExit().join();
	}

	@Override
	public void close() {
		this.process.destroyForcibly().onExit().join();
	}

	/**
	 * How the process is started.
	 */
	static final class Builder {

		private final Path directory;

		private final Map<String, String> environment = new HashMap<>();

		private final List<String> options = new ArrayList<>(List.of("-Xmx512m"));

		private final List<String> arguments = new ArrayList<>(List.of("--server.address=127.0.0.1", "--server.port=0",
				"--spring.grpc.server.address=127.0.0.1", "--spring.grpc.server.port=0", "--gmicro.pprof.enabled=true",
				"--gmicro.diagnostics.access=unrestricted"));

		private Class<?> main = SampleApplication.class;

		private Builder(Path directory) {
			this.directory = directory;
			this.options.add("-Djava.io.tmpdir=" + directory);
		}

		Builder environment(String name, String value) {
			this.environment.put(name, value);
			return this;
		}

		/** Options of the JVM. */
		Builder options(String... added) {
			this.options.addAll(List.of(added));
			return this;
		}

		/**
		 * Arguments of the application, each in the place of an earlier one of its name.
		 */
		Builder arguments(String... added) {
			for (String argument : added) {
				String name = argument.substring(0, argument.indexOf('=') + 1);
				this.arguments.removeIf((earlier) -> earlier.startsWith(name));
				this.arguments.add(argument);
			}
			return this;
		}

		Builder main(Class<?> type) {
			this.main = type;
			return this;
		}

		SampleProcess start() throws IOException {
			List<String> command = new ArrayList<>(
					List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
			command.addAll(this.options);
			command.addAll(List.of("-cp", classPath(), this.main.getName()));
			command.addAll(this.arguments);
			Path log = Files.createTempFile(this.directory, "sample", ".log");
			ProcessBuilder builder = new ProcessBuilder(command).directory(this.directory.toFile())
				.redirectErrorStream(true)
				.redirectOutput(log.toFile());
			builder.environment().putAll(this.environment);
			return new SampleProcess(builder.start(), log);
		}

		static String classPath() {
			List<String> absolute = new ArrayList<>();
			for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
				absolute.add(Path.of(entry).toAbsolutePath().toString());
			}
			return String.join(File.pathSeparator, absolute);
		}

	}

}
