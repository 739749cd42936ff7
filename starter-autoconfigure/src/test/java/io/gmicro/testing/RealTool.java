package io.gmicro.testing;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Finds and runs the real tools that some tests need. A test whose tool is missing is
 * skipped, unless the environment says {@code GMICRO_REAL_TOOLS=required}.
 */
public final class RealTool {

	private static final boolean REQUIRED = "required".equals(System.getenv("GMICRO_REAL_TOOLS"));

	/** Not on the path of every user. */
	private static final String SYSTEM = "/usr/sbin";

	private RealTool() {
	}

	public static String find(String name) {
		String path = Optional.ofNullable(System.getenv("PATH")).orElse("") + File.pathSeparator + SYSTEM;
		Optional<Path> tool = Stream.of(path.split(File.pathSeparator))
			.map((directory) -> Path.of(directory).resolve(name))
			.filter(Files::isExecutable)
			.findFirst();
		if (REQUIRED) {
			assertThat(tool).as("GMICRO_REAL_TOOLS=required, but %s is not on the PATH", name).isPresent();
		}
		assumeTrue(tool.isPresent(), () -> name + " is not on the PATH, so this test is skipped");
		return tool.orElseThrow().toString();
	}

	/** Runs a tool to its end and returns what it wrote. */
	public static String output(String name, String... arguments) throws IOException, InterruptedException {
		List<String> command = new ArrayList<>(List.of(find(name)));
		command.addAll(List.of(arguments));
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		try {
			process.getOutputStream().close();
			String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			process.waitFor();
			return output;
		}
		finally {
			process.destroyForcibly();
		}
	}

}
