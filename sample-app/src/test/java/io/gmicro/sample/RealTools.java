package io.gmicro.sample;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Finds and runs the real tools that some tests ask. A test whose tool is missing is
 * skipped, unless the environment says {@code GMICRO_REAL_TOOLS=required}.
 */
final class RealTools {

	private static final boolean REQUIRED = "required".equals(System.getenv("GMICRO_REAL_TOOLS"));

	private RealTools() {
	}

	/** On the path, unless the name is that of a file. */
	static String find(String name) {
		Optional<Path> tool = Stream.of(Optional.ofNullable(System.getenv("PATH")).orElse("").split(File.pathSeparator))
			.map((directory) -> Path.of(directory).resolve(name))
			.filter(Files::isExecutable)
			.findFirst();
		if (REQUIRED) {
			assertThat(tool).as("GMICRO_REAL_TOOLS=required, but %s is not on the PATH", name).isPresent();
		}
		assumeTrue(tool.isPresent(), () -> name + " is not on the PATH, so this test is skipped");
		return tool.orElseThrow().toString();
	}

	/** Runs a tool to its end. */
	static Run run(Path input, String name, String... arguments) throws IOException, InterruptedException {
		return run(Map.of(), input, name, arguments);
	}

	/** Runs a tool to its end, with variables of the environment added. */
	static Run run(Map<String, String> environment, Path input, String name, String... arguments)
			throws IOException, InterruptedException {
		List<String> command = new ArrayList<>(List.of(find(name)));
		command.addAll(List.of(arguments));
		ProcessBuilder builder = new ProcessBuilder(command).redirectInput(input.toFile()).redirectErrorStream(true);
		builder.environment().putAll(environment);
		Process process = builder.start();
		try {
			String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			return new Run(process.waitFor(), output);
		}
		finally {
			process.destroyForcibly();
		}
	}

	/**
	 * How a tool ended.
	 *
	 * @param exitCode its exit code
	 * @param output what it wrote
	 */
	record Run(int exitCode, String output) {
	}

}
