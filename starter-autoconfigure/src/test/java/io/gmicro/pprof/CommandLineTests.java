package io.gmicro.pprof;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is shown of a command line, and what is not.
 */
class CommandLineTests {

	private static final String MAIN = "com.example.TokenServiceApplication";

	private static final String SECRET = "hunter2";

	@Test
	void showsMainClassAndNumberOfArguments() {
		assertThat(CommandLine.of(MAIN + " --server.port=8080 a b", 2)).containsExactly(MAIN, "(2 arguments)");
		assertThat(CommandLine.of(MAIN + " --password=" + SECRET, 1)).containsExactly(MAIN, "(1 argument)");
		assertThat(CommandLine.of(MAIN, 0)).containsExactly(MAIN);
	}

	@Test
	void whenArgumentsAreUnknownShowsMainClass() {
		assertThat(CommandLine.of(MAIN + " --some=" + SECRET, -1)).containsExactly(MAIN);
	}

	@Test
	void showsJar() {
		assertThat(CommandLine.of("/opt/app.jar " + SECRET, 1)).containsExactly("/opt/app.jar", "(1 argument)");
	}

	@Test
	void showsJarWithBlanksInItsPath(@TempDir Path directory) throws IOException {
		String jar = Files.createFile(directory.resolve("my own app.jar")).toString();
		assertThat(CommandLine.of(jar + " " + SECRET, 1)).containsExactly(jar, "(1 argument)");
		assertThat(CommandLine.of(jar, 0)).containsExactly(jar);
	}

	@Test
	void argumentThatNamesFileIsNotShown(@TempDir Path directory) throws IOException {
		String jar = Files.createFile(directory.resolve("app.jar")).toString();
		Files.createFile(directory.resolve("app.jar " + SECRET));
		assertThat(CommandLine.of(jar + " " + SECRET, 1)).containsExactly(jar, "(1 argument)");
	}

	@Test
	void argumentsThatEndInPathOfFileAreNotShown(@TempDir Path directory) throws IOException {
		Files.createFile(Files.createDirectories(directory.resolve("Main --token=" + SECRET)).resolve("app.yml"));
		assertThat(CommandLine.of(directory.resolve("Main") + " --token=" + SECRET + "/app.yml", 1))
			.containsExactly(directory.resolve("Main").toString(), "(1 argument)");
	}

	@Test
	void withoutCommandShowsNumberOfArguments() {
		assertThat(CommandLine.of(null, 1)).containsExactly("java", "(1 argument)");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "\u0000", "\t\n", "\u0000 " + SECRET })
	void commandMayBeAnything(String command) {
		assertThat(CommandLine.of(command, 1)).hasSize(2).noneMatch((part) -> part.contains(SECRET));
	}

	@Test
	void hasNoControlCharacter() {
		assertThat(CommandLine.of("a\u0000b\u001b[2J\u202egpj\ud800", -1).get(0).codePoints())
			.allMatch((character) -> character >= ' ' && character < 127);
	}

	@Test
	void lengthIsBounded() {
		String longest = "a".repeat(CommandLine.MAX_LENGTH);
		assertThat(CommandLine.of(longest, -1)).containsExactly(longest);
		assertThat(CommandLine.of(longest + "b", -1)).containsExactly(longest + "...");
		assertThat(CommandLine.of("a ".repeat(10_000_000), -1)).containsExactly("a");
	}

}
