package io.gmicro.recorder;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A heap that is full again and again while profiles are counted and asked for.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class FullHeapProfileTests {

	@Test
	void profilesGoOnAfterwards(@TempDir Path directory) throws Exception {
		Path out = directory.resolve("out");
		Path log = directory.resolve("log");
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-Xmx32m", "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"),
				FullHeapProfiles.class.getName())
			.redirectOutput(out.toFile())
			.redirectError(log.toFile())
			.start();
		try {
			assertThat(process.waitFor()).as(Files.readString(log, StandardCharsets.UTF_8)).isZero();
		}
		finally {
			process.destroyForcibly();
		}
		assertThat(Files.readAllLines(out)).as(Files.readString(log, StandardCharsets.UTF_8))
			.contains("answered " + FullHeapProfiles.FULL, "counted 1", "keeper 1");
	}

}
