package io.gmicro.scrape;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.gmicro.testing.Container;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A process that cannot create another thread.
 */
@EnabledOnOs(OS.LINUX)
class NoThreadsTests {

	private static final int STACK_MEGABYTES = 256;

	/** Binds every user, which a limit of processes does not. */
	private static final int ADDRESS_SPACE_KILOBYTES = 32 << 20;

	@ParameterizedTest
	@EnumSource
	void scrapesAreAnsweredAndCounted(Container container, @TempDir Path directory) throws Exception {
		Path out = directory.resolve("out");
		Path log = directory.resolve("log");
		ProcessBuilder builder = new ProcessBuilder("bash", "-c",
				"ulimit -v " + ADDRESS_SPACE_KILOBYTES + " && exec \"$0\" \"$@\"",
				Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx128m", "-XX:+UseSerialGC",
				"-XX:TieredStopAtLevel=1", "-Xss" + STACK_MEGABYTES + "m", "-cp", System.getProperty("java.class.path"),
				NoThreads.class.getName(), container.name(), Integer.toString(STACK_MEGABYTES));
		builder.environment().put("MALLOC_ARENA_MAX", "1");
		Process process = builder.redirectOutput(out.toFile()).redirectError(log.toFile()).start();
		try {
			assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();
		}
		finally {
			process.destroyForcibly();
		}
		assertThat(process.exitValue()).as(Files.readString(log, StandardCharsets.UTF_8)).isZero();
		List<String> lines = Files.readAllLines(out);
		assertThat(lines).filteredOn((line) -> line.startsWith("answered") || line.startsWith("failed"))
			.isEqualTo(Collections.nCopies(NoThreads.SCRAPES, "answered with metrics"));
		assertThat(lines).contains("errors " + (double) NoThreads.SCRAPES)
			.anySatisfy((line) -> assertThat(line).contains("A scrape has no helper thread"));
	}

}
