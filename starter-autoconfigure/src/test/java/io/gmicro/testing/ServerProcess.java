package io.gmicro.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
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
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import org.springframework.util.FileSystemUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * {@link DiskServer} in a JVM of its own, on a file system of its own if wanted. Both are
 * gone when this is closed, or when this JVM ends however it ends: the file system is
 * mounted in a name space that only the process has.
 */
public final class ServerProcess implements AutoCloseable {

	private static final boolean REQUIRED = "required".equals(System.getenv("GMICRO_REAL_TOOLS"));

	private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private final Process process;

	private final Path temporary;

	private final Path log;

	private final int port;

	private ServerProcess(Process process, Path temporary, Path log) {
		this.process = process;
		this.temporary = temporary;
		this.log = log;
		this.port = awaitPort();
	}

	/**
	 * Starts the application on a small file system for temporary files.
	 * @param directory an empty directory
	 * @param megabytes how large the file system is
	 * @param filled how much of it is in use from the start
	 * @param options options of the JVM
	 */
	public static ServerProcess onSmallDisk(Path directory, int megabytes, int filled, String... options)
			throws Exception {
		return onDisk(directory, "size=" + megabytes + "m", filled, options);
	}

	/**
	 * Starts the application on a file system that holds few files.
	 * @param directory an empty directory
	 * @param files how many it holds
	 */
	public static ServerProcess onDiskOfFewFiles(Path directory, int files) throws Exception {
		return onDisk(directory, "size=200m,nr_inodes=" + files, 0);
	}

	private static ServerProcess onDisk(Path directory, String mount, int filled, String... options) throws Exception {
		assumeMountable();
		Path temporary = Files.createDirectory(directory.resolve("small"));
		return start(directory, temporary, List.of("unshare", "--map-root-user", "--mount"),
				"mount -t tmpfs -o " + mount + " tmpfs '" + temporary + "' && head -c " + filled + "m /dev/zero > '"
						+ temporary + "/fill'; ",
				options);
	}

	/**
	 * Starts the application.
	 * @param directory a directory
	 * @param temporary where it has its temporary files
	 * @param before commands of the shell that starts it
	 * @param options options of the JVM
	 */
	public static ServerProcess start(Path directory, Path temporary, String before, String... options)
			throws Exception {
		return start(directory, temporary, List.of(), before, options);
	}

	private static ServerProcess start(Path directory, Path temporary, List<String> wrapper, String before,
			String... options) throws Exception {
		List<String> command = new ArrayList<>(wrapper);
		command.addAll(List.of("sh", "-c", before + "exec \"$@\"", "sh",
				Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
				"-Djava.io.tmpdir=" + temporary));
		command.addAll(List.of(options));
		command.addAll(List.of("-cp", System.getProperty("java.class.path"), DiskServer.class.getName(),
				"server.tomcat.basedir=" + Files.createTempDirectory(directory, "tomcat")));
		Path log = Files.createTempFile(directory, "server", ".log");
		Process process = new ProcessBuilder(command).directory(directory.toFile())
			.redirectErrorStream(true)
			.redirectOutput(log.toFile())
			.start();
		try {
			return new ServerProcess(process, temporary, log);
		}
		catch (RuntimeException | Error ex) {
			process.destroyForcibly();
			throw ex;
		}
	}

	private static void assumeMountable() throws Exception {
		boolean mountable;
		try {
			mountable = new ProcessBuilder("unshare", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "tmpfs",
					"/mnt")
				.redirectErrorStream(true)
				.redirectOutput(ProcessBuilder.Redirect.DISCARD)
				.start()
				.waitFor() == 0;
		}
		catch (IOException ex) {
			mountable = false;
		}
		if (REQUIRED) {
			assertThat(mountable).as("GMICRO_REAL_TOOLS=required, but no file system can be mounted").isTrue();
		}
		assumeTrue(mountable, "no file system can be mounted, so this test is skipped");
	}

	private int awaitPort() {
		return await().atMost(Duration.ofMinutes(2)).until(() -> {
			assertThat(this.process.isAlive()).as(log()).isTrue();
			return log().lines().filter((line) -> line.startsWith("port ")).findFirst();
		}, Optional::isPresent).map((line) -> Integer.parseInt(line.substring("port ".length()))).orElseThrow();
	}

	public String log() {
		try {
			return Files.readString(this.log, StandardCharsets.ISO_8859_1);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** As the process sees it. */
	public Path temporary() {
		return Path.of("/proc/" + this.process.pid() + "/root" + this.temporary);
	}

	/** Leaves not a byte. */
	public void fillDisk() throws IOException {
		byte[] block = new byte[4096];
		try (var out = Files.newOutputStream(temporary().resolve("filling"))) {
			while (true) {
				out.write(block);
			}
		}
		catch (IOException ex) {
			assertThat(ex).hasMessageContaining("No space left on device");
		}
	}

	public void freeDisk() throws IOException {
		Files.deleteIfExists(temporary().resolve("filling"));
		Files.deleteIfExists(temporary().resolve("fill"));
	}

	/** Leaves so many files to create. */
	public void createFilesBut(int left) throws IOException {
		Path directory = Files.createDirectory(temporary().resolve("many"));
		List<Path> created = new ArrayList<>();
		try {
			while (true) {
				created.add(Files.createFile(directory.resolve("file-" + created.size())));
			}
		}
		catch (IOException ex) {
			assertThat(ex).hasMessageContaining("No space left on device");
		}
		for (int i = 0; i < left; i++) {
			Files.delete(created.remove(created.size() - 1));
		}
	}

	public void deleteFiles() throws IOException {
		FileSystemUtils.deleteRecursively(temporary().resolve("many"));
	}

	/** How many files and connections the process has open. */
	public int open() {
		return Objects.requireNonNull(new File("/proc/" + this.process.pid() + "/fd").list()).length;
	}

	/** A connection that sends nothing. */
	public Socket connect() throws IOException {
		return new Socket(InetAddress.getLoopbackAddress(), this.port);
	}

	public HttpResponse<byte[]> get(String target) {
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + this.port + target))
			.timeout(Duration.ofMinutes(1))
			.build();
		try {
			return this.client.send(request, HttpResponse.BodyHandlers.ofByteArray());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(target + "\n" + log(), ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Runs a diagnostic command of the JVM. */
	public void diagnose(String... command) throws Exception {
		List<String> jcmd = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
				Long.toString(this.process.pid())));
		jcmd.addAll(List.of(command));
		Process running = new ProcessBuilder(jcmd).redirectErrorStream(true).start();
		String output = new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		assertThat(running.waitFor()).as(output).isZero();
	}

	public boolean isAlive() {
		return this.process.isAlive();
	}

	/** As {@code kill -9}. */
	public void kill() throws InterruptedException {
		this.process.destroyForcibly();
		assertThat(this.process.waitFor(1, TimeUnit.MINUTES)).isTrue();
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
	}

}
