package io.gmicro.activity;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * A real server on the loopback interface, in a directory of its own. A test whose server
 * is not installed is skipped, unless the environment says
 * {@code GMICRO_REAL_TOOLS=required}.
 */
final class RealServer implements AutoCloseable {

	private static final boolean REQUIRED = "required".equals(System.getenv("GMICRO_REAL_TOOLS"));

	private static final boolean ROOT = "root".equals(System.getProperty("user.name"));

	private final Process process;

	private final int port;

	private RealServer(Process process, int port, Path log) {
		this.process = process;
		this.port = port;
		Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
		try {
			await().atMost(Duration.ofMinutes(1)).ignoreExceptionsInstanceOf(IOException.class).until(() -> {
				assertThat(process.isAlive()).as(() -> read(log)).isTrue();
				new Socket(InetAddress.getLoopbackAddress(), port).close();
				return true;
			});
		}
		catch (RuntimeException | Error ex) {
			process.destroyForcibly();
			throw ex;
		}
	}

	static RealServer postgres(Path directory) throws IOException, InterruptedException {
		String initdb = find("initdb", postgresDirectories());
		String postgres = find("postgres", postgresDirectories());
		// It refuses to be run by root
		List<String> user = ROOT ? List.of(find("runuser", path()), "-u", "postgres", "--") : List.of();
		if (ROOT) {
			run(directory, List.of("chown", "postgres", directory.toString()));
		}
		Path data = directory.resolve("data");
		run(directory, command(user, initdb, "-D", data.toString(), "-U", "postgres", "-A", "trust", "--no-sync"));
		int port = freePort();
		return start(directory, port, command(user, postgres, "-D", data.toString(), "-p", Integer.toString(port), "-k",
				directory.toString(), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"));
	}

	/** Has no system tables, and hence no users. */
	static RealServer mariaDb(Path directory) throws IOException {
		String mariadbd = find("mariadbd", path());
		Path data = Files.createDirectory(directory.resolve("data"));
		int port = freePort();
		return start(directory, port,
				List.of(mariadbd, "--no-defaults", "--skip-grant-tables", "--datadir=" + data,
						"--user=" + System.getProperty("user.name"), "--port=" + port, "--bind-address=127.0.0.1",
						"--socket=" + directory.resolve("socket"), "--pid-file=" + directory.resolve("pid")));
	}

	static RealServer redis(Path directory) throws IOException {
		int port = freePort();
		return start(directory, port, List.of(find("redis-server", path()), "--port", Integer.toString(port), "--bind",
				"127.0.0.1", "--save", "", "--dir", directory.toString()));
	}

	private static List<String> command(List<String> wrapper, String... command) {
		List<String> whole = new ArrayList<>(wrapper);
		whole.addAll(List.of(command));
		return whole;
	}

	private static RealServer start(Path directory, int port, List<String> command) throws IOException {
		Path log = directory.resolve("server.log");
		return new RealServer(process(directory, log, command), port, log);
	}

	/** Runs a command to its end. */
	private static void run(Path directory, List<String> command) throws IOException, InterruptedException {
		Path log = directory.resolve("setup.log");
		Process process = process(directory, log, command);
		assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
		assertThat(process.exitValue()).as(() -> command + "\n" + read(log)).isZero();
	}

	private static Process process(Path directory, Path log, List<String> command) throws IOException {
		return new ProcessBuilder(command).directory(directory.toFile())
			.redirectErrorStream(true)
			.redirectOutput(log.toFile())
			.start();
	}

	private static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			return ex.toString();
		}
	}

	private static String find(String name, List<Path> directories) {
		Optional<Path> tool = directories.stream()
			.map((directory) -> directory.resolve(name))
			.filter(Files::isExecutable)
			.findFirst();
		if (REQUIRED) {
			assertThat(tool).as("GMICRO_REAL_TOOLS=required, but %s is not installed", name).isPresent();
		}
		assumeTrue(tool.isPresent(), () -> name + " is not installed, so this test is skipped");
		return tool.orElseThrow().toString();
	}

	private static List<Path> path() {
		String path = Optional.ofNullable(System.getenv("PATH")).orElse("") + File.pathSeparator + "/usr/sbin";
		return Stream.of(path.split(File.pathSeparator)).map(Path::of).toList();
	}

	/** Debian keeps the servers of all versions apart from the path. */
	private static List<Path> postgresDirectories() throws IOException {
		Path versions = Path.of("/usr/lib/postgresql");
		if (!Files.isDirectory(versions)) {
			return path();
		}
		try (Stream<Path> found = Files.list(versions)) {
			return Stream.concat(found.sorted().map((version) -> version.resolve("bin")), path().stream()).toList();
		}
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	int port() {
		return this.port;
	}

	@Override
	public void close() {
		// A fast shutdown of each of them
		this.process.destroy();
		try {
			await().atMost(Duration.ofSeconds(20)).until(() -> !this.process.isAlive());
		}
		finally {
			this.process.destroyForcibly();
		}
	}

}
