package io.gmicro.slow;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The sampler of a process that has no memory, or stands still.
 */
class SamplerProcessTests {

	private static final Duration STOPPED = Duration.ofSeconds(3);

	@TempDir
	private Path directory;

	@Test
	void afterAFullHeapSlowRequestsAreStillSampled() throws Exception {
		Process process = start(StarvedSampler.class, "-Xmx24m", "-XX:+UseSerialGC");
		assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
		assertThat(process.exitValue()).as(log()).isZero();
		assertThat(out()).anySatisfy((line) -> assertThat(line).matches("samples [1-9]\\d*"))
			.anySatisfy((line) -> assertThat(line).matches("errors [1-9]\\d*\\.0"));
	}

	@Test
	@DisabledOnOs(OS.WINDOWS)
	void timeInWhichTheProcessWasStoppedGoesToNoStack() throws Exception {
		Process process = start(StoppedProcess.class);
		try {
			Awaitility.await().atMost(1, TimeUnit.MINUTES).until(() -> out().contains("serving"));
			signal(process, "STOP");
			long start = System.nanoTime();
			Awaitility.await().atMost(1, TimeUnit.MINUTES).until(() -> System.nanoTime() - start > STOPPED.toNanos());
			signal(process, "CONT");
			Awaitility.await().atMost(1, TimeUnit.MINUTES).until(() -> log().contains("The process stood still for "));
			process.getOutputStream().write('\n');
			process.getOutputStream().close();
			assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
		}
		finally {
			process.destroyForcibly();
		}
		List<String> out = out();
		assertThat(value(out, "stood still ")).isBetween(STOPPED.toMillis() - 500, value(out, "took "));
		assertThat(value(out, "counted ")).isEqualTo(1);
		assertThat(out).anySatisfy((line) -> assertThat(line).startsWith("in tree ")
			.containsPattern("\\[process stood still (2\\.[5-9]|[3-9]\\.\\d) s]"));
		assertThat(log()).containsPattern(
				"Slow request: GET \\S+ took \\S+ s, status 200, stood_still \\d+ %, \\[process stood still");
	}

	private static long value(List<String> out, String name) {
		return out.stream()
			.filter((line) -> line.startsWith(name))
			.mapToLong((line) -> (long) Double.parseDouble(line.substring(name.length())))
			.sum();
	}

	private static void signal(Process process, String name) throws Exception {
		Process kill = new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid()).inheritIO().start();
		assertThat(kill.waitFor()).isZero();
	}

	private Process start(Class<?> main, String... options) throws IOException {
		ProcessBuilder builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		builder.command().addAll(List.of(options));
		builder.command().addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
		return builder.redirectOutput(this.directory.resolve("out").toFile())
			.redirectError(this.directory.resolve("log").toFile())
			.start();
	}

	private List<String> out() throws IOException {
		return Files.readAllLines(this.directory.resolve("out"));
	}

	/** Whichever of the two the logging system writes to. */
	private String log() throws IOException {
		return Files.readString(this.directory.resolve("log"), StandardCharsets.UTF_8)
				+ Files.readString(this.directory.resolve("out"), StandardCharsets.UTF_8);
	}

}
