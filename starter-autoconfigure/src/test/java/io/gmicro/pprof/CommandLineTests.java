package io.gmicro.pprof;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;

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
	void showsMainClassAndArguments() {
		assertThat(CommandLine.of(MAIN + " --server.port=8080 a b", List.of("--server.port=8080", "a b")))
			.containsExactly(MAIN, "--server.port=8080", "a b");
	}

	@Test
	void showsJar() {
		assertThat(CommandLine.of("/opt/app.jar --debug", List.of("--debug"))).containsExactly("/opt/app.jar",
				"--debug");
	}

	@Test
	void showsJarWithBlanksInItsPath(@TempDir Path directory) throws IOException {
		String jar = Files.createFile(directory.resolve("my own app.jar")).toString();
		assertThat(CommandLine.of(jar + " --debug", List.of("--debug"))).containsExactly(jar, "--debug");
		assertThat(CommandLine.of(jar, List.of())).containsExactly(jar);
	}

	@Test
	void whenArgumentsAreUnknownShowsFirstWordOnly() {
		assertThat(CommandLine.of(MAIN + " --some=" + SECRET, List.of())).containsExactly(MAIN);
	}

	@Test
	void whenArgumentsAreOthersShowsFirstWordOfCommand() {
		assertThat(CommandLine.of(MAIN + " " + SECRET, List.of("--debug"))).containsExactly(MAIN, "--debug");
	}

	@Test
	void whenMainMethodKeptAnArgumentItIsNotShown() {
		assertThat(CommandLine.of(MAIN + " " + SECRET + " --debug", List.of("--debug"))).containsExactly(MAIN,
				"--debug");
	}

	@Test
	void whenCommandIsUnknownShowsArguments() {
		assertThat(CommandLine.of(null, List.of("--debug"))).containsExactly("java", "--debug");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "\u0000", "\t\n" })
	void commandMayBeAnything(String command) {
		assertThat(CommandLine.of(command, List.of("--debug"))).hasSize(2).last().isEqualTo("--debug");
	}

	@Test
	void masksTheArgumentThatFollows() {
		assertThat(of("--password", SECRET, "--debug")).containsExactly("--password", "******", "--debug");
		assertThat(of("--password", "--" + SECRET, "--debug")).containsExactly("--password", "******", "--debug");
		assertThat(of("-p", SECRET)).containsExactly("-p", "******");
		assertThat(of("Authorization:", "Bearer", SECRET, "--debug")).containsExactly("Authorization:", "******",
				"******", "--debug");
		assertThat(of("--token", "--token", SECRET)).containsExactly("--token", "******", "******");
		assertThat(of("password", "=", SECRET, "--debug")).containsExactly("password", "******", "******", "--debug");
		assertThat(of("--password", "", SECRET)).containsExactly("--password", "******", "******");
		assertThat(of("{", "\"password\"", ":", "\"" + SECRET + "\"", "}").toString()).doesNotContain(SECRET);
	}

	@Test
	void masksInsideOfAnArgument() {
		assertThat(of("--spring.datasource.password=" + SECRET)).containsExactly("--spring.datasource.password=******");
		assertThat(of("--url=http://u:" + SECRET + "@host")).containsExactly("--url=******");
	}

	@Test
	void noArgumentHasAControlCharacter() {
		List<String> shown = of("a\u0000b", "c\nd\r", "\u001b[2J", "\u202egpj", "x\ud800", "pass\u0000word=" + SECRET);
		assertThat(shown).allSatisfy((argument) -> assertThat(argument.codePoints())
			.allMatch((character) -> character >= ' ' && character < 127));
		assertThat(shown.toString()).doesNotContain(SECRET).contains("a\\u0000b");
	}

	@Test
	void longArgumentsAreNotShown() {
		String longest = "a ".repeat(CommandLine.MAX_LENGTH / 2);
		assertThat(of(longest)).containsExactly(longest);
		assertThat(of(longest + "b")).containsExactly("****** (1001 characters)");
		assertThat(of("\u0001".repeat(CommandLine.MAX_LENGTH))).last().asString().hasSize(CommandLine.MAX_LENGTH + 3);
		assertThat(of(":@/?".repeat(1_000_000), "password".repeat(100_000), SECRET))
			.containsExactly("****** (4000000 characters)", "****** (800000 characters)", "******");
	}

	@Test
	void manyArgumentsAreCounted() {
		List<String> arguments = Collections.nCopies(CommandLine.MAX_ARGUMENTS + 7, "--debug");
		List<String> shown = CommandLine.of(MAIN, arguments);
		assertThat(shown).hasSize(CommandLine.MAX_ARGUMENTS + 2).last().isEqualTo("(7 more arguments)");
		assertThat(CommandLine.of(MAIN, arguments.subList(7, arguments.size()))).hasSize(CommandLine.MAX_ARGUMENTS + 1);
	}

	private static List<String> of(String... arguments) {
		List<String> shown = CommandLine.of(MAIN, List.of(arguments));
		return shown.subList(1, shown.size());
	}

}
