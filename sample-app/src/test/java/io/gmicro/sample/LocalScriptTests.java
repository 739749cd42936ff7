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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * {@code deploy/local.sh} starts the sample with Prometheus around it, and leaves nothing
 * behind however it ends.
 */
class LocalScriptTests {

	private static final Path SCRIPT = Path.of("../deploy/local.sh").toAbsolutePath();

	private static final Duration PATIENCE = Duration.ofMinutes(1);

	private static final Pattern URL = Pattern.compile("http://localhost:\\S+");

	private static final int INTERRUPTED = 128 + 2;

	private static final int TERMINATED = 128 + 15;

	private final HttpClient client = HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).build();

	@TempDir
	private Path directory;

	@TempDir
	private Path temporary;

	@BeforeEach
	void findTools() {
		for (String tool : List.of("prometheus", "prometheus-node-exporter", "prometheus-alertmanager")) {
			RealTools.find(tool);
		}
	}

	@Test
	void everythingIsUpUntilInterrupted() throws Exception {
		Map<String, String> ports = ports();
		try (Script script = start(ports, java(), "-Xmx128m", "-XX:TieredStopAtLevel=1", "-cp",
				SampleProcess.Builder.classPath(), SampleApplication.class.getName())) {
			await().atMost(PATIENCE)
				.until(() -> script.output().contains("Ctrl-C stops all of it.") || !script.process().isAlive());
			String output = script.output();
			List<String> urls = URL.matcher(output).results().map(MatchResult::group).toList();
			assertThat(urls).as(output).hasSize(6);
			for (String url : urls) {
				assertThat(get(url).statusCode()).as(url).isEqualTo(200);
			}
			String query = "http://localhost:" + ports.get("PROMETHEUS_PORT") + "/api/v1/query?query=count(up==1)";
			await().atMost(PATIENCE).until(() -> get(query).body(), (body) -> body.contains(",\"3\"]"));

			List<ProcessHandle> processes = script.process().descendants().toList();
			assertThat(processes).hasSizeGreaterThanOrEqualTo(4);
			RealTools.run(Files.createFile(this.directory.resolve("empty")), "kill", "-INT",
					Long.toString(script.process().pid()));
			assertEnds(script, INTERRUPTED);
			await().until(() -> processes.stream().noneMatch(ProcessHandle::isAlive));
		}
	}

	@Test
	void nothingIsLeftWhenTerminatedWhileItStarts() throws Exception {
		try (Script script = start(ports(), "sleep", "600")) {
			await().atMost(PATIENCE)
				.until(() -> script.process()
					.descendants()
					.anyMatch((child) -> child.info().commandLine().orElse("").contains("sleep 600")));
			List<ProcessHandle> processes = script.process().descendants().toList();
			script.process().destroy();
			assertEnds(script, TERMINATED);
			assertThat(processes).isNotEmpty();
			await().until(() -> processes.stream().noneMatch(ProcessHandle::isAlive));
		}
	}

	@Test
	void tellsWhyTheApplicationEnded() throws Exception {
		try (Script script = start(ports(), "bash", "-c", "echo no such luck; exit 3")) {
			assertEnds(script, 1);
			assertThat(script.output()).contains("no such luck", "application ended before it answered at port ");
		}
	}

	@Test
	void tellsWhichPortIsTaken() throws Exception {
		try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			Map<String, String> ports = ports();
			ports.put("PROMETHEUS_PORT", Integer.toString(taken.getLocalPort()));
			try (Script script = start(ports, "false")) {
				assertEnds(script, 1);
				assertThat(script.output()).isEqualTo("local.sh: port " + taken.getLocalPort()
						+ " is taken; end what listens there, or set PROMETHEUS_PORT to another port\n");
			}
		}
	}

	@Test
	void tellsWhichToolIsMissing() throws Exception {
		for (String tool : List.of("bash", "dirname")) {
			Files.createSymbolicLink(this.directory.resolve(tool), Path.of(RealTools.find(tool)));
		}
		Map<String, String> environment = ports();
		environment.put("PATH", this.directory.toString());
		try (Script script = start(environment)) {
			assertEnds(script, 1);
			assertThat(script.output())
				.isEqualTo("local.sh: prometheus is not installed; in Debian it is in the package prometheus\n");
		}
	}

	private void assertEnds(Script script, int status) throws IOException {
		await().atMost(PATIENCE).until(() -> !script.process().isAlive());
		assertThat(script.process().exitValue()).as(script.output()).isEqualTo(status);
		try (Stream<Path> left = Files.list(this.temporary)) {
			assertThat(left).as("its directory is gone").isEmpty();
		}
	}

	private HttpResponse<String> get(String url) throws IOException, InterruptedException {
		return this.client.send(HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(30)).build(),
				HttpResponse.BodyHandlers.ofString());
	}

	private static String java() {
		return Path.of(System.getProperty("java.home"), "bin", "java").toString();
	}

	private static Map<String, String> ports() throws IOException {
		List<ServerSocket> sockets = new ArrayList<>();
		Map<String, String> ports = new HashMap<>();
		for (String name : List.of("APP_PORT", "GRPC_PORT", "PROMETHEUS_PORT", "NODE_EXPORTER_PORT",
				"ALERTMANAGER_PORT")) {
			ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
			sockets.add(socket);
			ports.put(name, Integer.toString(socket.getLocalPort()));
		}
		for (ServerSocket socket : sockets) {
			socket.close();
		}
		return ports;
	}

	/** Interrupts reach it, even where the tests themselves run in the background. */
	private Script start(Map<String, String> environment, String... command) throws IOException {
		List<String> all = new ArrayList<>(
				List.of(RealTools.find("env"), "--default-signal=INT", RealTools.find("bash"), SCRIPT.toString()));
		all.addAll(List.of(command));
		Path log = Files.createTempFile(this.directory, "local", ".log");
		ProcessBuilder builder = new ProcessBuilder(all).redirectErrorStream(true).redirectOutput(log.toFile());
		builder.environment().putAll(environment);
		builder.environment().put("TMPDIR", this.temporary.toString());
		return new Script(builder.start(), log);
	}

	/**
	 * The script while it runs.
	 *
	 * @param process its process
	 * @param log what it writes to
	 */
	record Script(Process process, Path log) implements AutoCloseable {

		String output() throws IOException {
			return Files.readString(this.log);
		}

		@Override
		public void close() {
			List<ProcessHandle> processes = this.process.descendants().toList();
			this.process.destroyForcibly().onExit().join();
			processes.forEach(ProcessHandle::destroyForcibly);
		}

	}

}
