package io.gmicro.http;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A heap that is full while requests are recorded.
 */
class FullHeapTests {

	@Test
	void requestsAreServedAndNoneStaysInFlight(@TempDir Path directory) throws Exception {
		Path out = directory.resolve("out");
		Path log = directory.resolve("log");
		int exit = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx32m",
				"-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"), FullHeap.class.getName())
			.redirectOutput(out.toFile())
			.redirectError(log.toFile())
			.start()
			.waitFor();
		assertThat(exit).as(Files.readString(log, StandardCharsets.UTF_8)).isZero();
		assertThat(Files.readAllLines(out))
			.contains("served " + (FullHeap.FULL + 2 * FullHeap.CALM), "in flight 0.0", "calm " + 2.0 * FullHeap.CALM)
			.anySatisfy((line) -> assertThat(line).matches("errors [1-9]\\d*\\.0"));
	}

}
