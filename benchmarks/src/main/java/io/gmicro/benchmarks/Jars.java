package io.gmicro.benchmarks;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.springframework.util.FileSystemUtils;

/**
 * The jars of this benchmark, unpacked, so that a process can be started with some of
 * them.
 */
final class Jars implements AutoCloseable {

	private final Path directory;

	private Jars(Path directory) {
		this.directory = directory;
	}

	static Jars unpack() throws IOException, InterruptedException {
		Path directory = Files.createTempDirectory("gmicro-benchmarks");
		Process process = new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(), "-Djarmode=tools",
				"-jar", System.getProperty("java.class.path"), "extract", "--launcher", "--force", "--destination",
				directory.toString())
			.inheritIO()
			.start();
		if (process.waitFor() != 0) {
			throw new IOException("The jars could not be unpacked");
		}
		Jars jars = new Jars(directory.resolve("BOOT-INF"));
		ShutdownHook.add(jars);
		return jars;
	}

	String classPath(Variant variant) throws IOException {
		try (Stream<Path> jars = Files.list(this.directory.resolve("lib"))) {
			return Stream
				.concat(Stream.of(this.directory.resolve("classes")),
						jars.filter((jar) -> variant.has(jar.getFileName().toString())).sorted())
				.map(Path::toString)
				.collect(Collectors.joining(File.pathSeparator));
		}
	}

	@Override
	public void close() throws IOException {
		FileSystemUtils.deleteRecursively(this.directory.getParent());
	}

}
