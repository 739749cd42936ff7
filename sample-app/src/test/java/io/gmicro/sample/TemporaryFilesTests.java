package io.gmicro.sample;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Profiles leave no files behind, also when nobody waits for them.
 */
class TemporaryFilesTests {

	private static final int MAX_AT_ONCE = 3;

	@TempDir
	private Path directory;

	@Test
	void nothingIsLeft() throws Exception {
		boolean traces = JRE.currentVersionNumber() >= 19;
		try (SampleProcess sample = SampleProcess.builder(this.directory)
			.arguments("--gmicro.pprof.trace.enabled=" + traces)
			.start()) {
			for (String path : List.of("profile?seconds=1", "allocs?seconds=1&labels=route", "block?seconds=1",
					"goroutine?seconds=1", "allocs", "goroutine")) {
				assertThat(sample.bytes(path).statusCode()).as(path).isEqualTo(200);
			}
			if (traces) {
				assertThat(sample.bytes("trace?seconds=1").statusCode()).isEqualTo(200);
			}
			assertThat(sample.bytes("goroutine?virtual=1").statusCode())
				.isEqualTo((JRE.currentVersionNumber() >= 21) ? 200 : 400);
			for (String path : List.of("profile?seconds=60", "mutex?seconds=60",
					traces ? "trace?seconds=60" : "allocs?seconds=60")) {
				abort(sample, path);
			}
			// Each of them kept a place while it was not noticed
			await().until(() -> statusesAtOnce(sample), (statuses) -> statuses.equals(Set.of(200)));
			// The lock says that the process lives; without a request nothing is recorded
			// to disk
			assertThat(files()).noneMatch((file) -> file.endsWith(".jfr"))
				.filteredOn((file) -> file.contains("gmicro-pprof"))
				.allMatch((file) -> file.endsWith("/lock"));
		}
	}

	private static Set<Integer> statusesAtOnce(SampleProcess sample) {
		return Stream.generate(() -> sample.later("profile?seconds=1"))
			.limit(MAX_AT_ONCE)
			.toList()
			.stream()
			.map((response) -> response.join().statusCode())
			.collect(Collectors.toSet());
	}

	/** Goes away as soon as there is a part of the answer. */
	private static void abort(SampleProcess sample, String path) throws IOException {
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), sample.port())) {
			socket.getOutputStream()
				.write(("GET /debug/pprof/" + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
					.getBytes(StandardCharsets.US_ASCII));
			InputStream in = socket.getInputStream();
			assertThat(new String(in.readNBytes(12), StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 200");
		}
	}

	/** The recorder's own are among them, and come and go. */
	private List<String> files() throws IOException {
		List<String> files = new ArrayList<>();
		Files.walkFileTree(this.directory, new SimpleFileVisitor<>() {

			@Override
			public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
				files.add(file.toString());
				return FileVisitResult.CONTINUE;
			}

			@Override
			public FileVisitResult visitFileFailed(Path file, IOException ex) {
				return FileVisitResult.CONTINUE;
			}

		});
		return files;
	}

}
