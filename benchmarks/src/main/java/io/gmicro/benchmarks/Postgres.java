package io.gmicro.benchmarks;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.springframework.util.FileSystemUtils;

/**
 * A PostgreSQL server from Debian's package {@code postgresql}, on loopback, with a
 * temporary data directory. If started by root, it runs as the user {@code postgres}.
 */
final class Postgres implements AutoCloseable {

	private static final Path VERSIONS = Path.of("/usr/lib/postgresql");

	private static final String USER = "postgres";

	private final Path directory;

	private final int port;

	private final Process process;

	private Postgres(Path directory, int port, Process process) {
		this.directory = directory;
		this.port = port;
		this.process = process;
	}

	static Postgres start(int maxConnections) throws IOException, InterruptedException {
		Path programs = programs();
		Path directory = Files.createTempDirectory("gmicro-postgres");
		ShutdownHook.add(() -> FileSystemUtils.deleteRecursively(directory));
		if (isRoot()) {
			Files.setOwner(directory,
					directory.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(USER));
		}
		Path data = directory.resolve("data");
		Process initdb = run(programs.resolve("initdb"), "-D", data, "-U", USER, "--auth=trust", "--no-sync");
		if (initdb.waitFor() != 0) {
			throw new IOException("initdb failed");
		}
		int port = Server.freePort();
		Postgres postgres = new Postgres(directory, port, run(programs.resolve("postgres"), "-D", data, "-h",
				"127.0.0.1", "-p", port, "-k", directory, "-F", "-N", maxConnections, "-c", "log_min_messages=panic"));
		ShutdownHook.add(postgres);
		for (int attempt = 0; attempt < 100; attempt++) {
			if (run(programs.resolve("pg_isready"), "-q", "-h", "127.0.0.1", "-p", port).waitFor() == 0) {
				return postgres;
			}
			TimeUnit.MILLISECONDS.sleep(100);
		}
		postgres.close();
		throw new IOException("PostgreSQL did not start");
	}

	private static Path programs() throws IOException {
		if (Files.isDirectory(VERSIONS)) {
			try (Stream<Path> versions = Files.list(VERSIONS)) {
				return versions.map((version) -> version.resolve("bin"))
					.filter((programs) -> Files.isExecutable(programs.resolve("initdb")))
					.max(Comparator.naturalOrder())
					.orElseThrow(Postgres::missing);
			}
		}
		throw missing();
	}

	private static IOException missing() {
		return new IOException(
				"No PostgreSQL in " + VERSIONS + ", on Debian: apt-get install --no-install-recommends postgresql");
	}

	private static boolean isRoot() {
		return System.getProperty("user.name").equals("root");
	}

	private static Process run(Path program, Object... arguments) throws IOException {
		List<String> command = new ArrayList<>();
		if (isRoot()) {
			command.addAll(List.of("setpriv", "--reuid=" + USER, "--regid=" + USER, "--init-groups"));
		}
		command.add(program.toString());
		for (Object argument : arguments) {
			command.add(argument.toString());
		}
		return new ProcessBuilder(command).directory(new File("/"))
			.redirectOutput(ProcessBuilder.Redirect.DISCARD)
			.redirectError(ProcessBuilder.Redirect.INHERIT)
			.start();
	}

	String url() {
		return "jdbc:postgresql://127.0.0.1:" + this.port + "/postgres?user=" + USER;
	}

	/** Disconnects the clients. */
	@Override
	public void close() throws IOException, InterruptedException {
		if (this.process.isAlive()) {
			new ProcessBuilder("kill", "-INT", String.valueOf(this.process.pid())).start().waitFor();
			if (!this.process.waitFor(10, TimeUnit.SECONDS)) {
				this.process.destroyForcibly().waitFor();
			}
		}
		FileSystemUtils.deleteRecursively(this.directory);
	}

}
