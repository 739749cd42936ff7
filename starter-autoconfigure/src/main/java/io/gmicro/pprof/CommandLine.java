package io.gmicro.pprof;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.gmicro.diagnostics.Escape;
import org.jspecify.annotations.Nullable;

/**
 * What the application was started with, as far as it may be shown: its main class or its
 * jar, and its arguments without their secrets. Options of the JVM are not among them.
 */
final class CommandLine {

	static final int MAX_ARGUMENTS = 200;

	static final int MAX_LENGTH = 1000;

	private static final String UNKNOWN = "java";

	private CommandLine() {
	}

	/**
	 * The parts of the command line, the main class or the jar first.
	 * @param javaCommand the system property {@code sun.java.command}, in which blanks
	 * divide the arguments and are part of them alike
	 * @param arguments the arguments as the main method got them, empty also when they
	 * are not known
	 */
	static List<String> of(@Nullable String javaCommand, List<String> arguments) {
		List<String> shown = new ArrayList<>();
		shown.add((javaCommand != null) ? bounded(main(javaCommand, arguments)) : UNKNOWN);
		boolean isAnnounced = false;
		for (String argument : arguments.subList(0, Math.min(arguments.size(), MAX_ARGUMENTS))) {
			shown.add(isAnnounced ? Secrets.MASK : masked(argument));
			isAnnounced = Secrets.announce(argument) || (isAnnounced && !Secrets.hasValue(argument));
		}
		if (arguments.size() > MAX_ARGUMENTS) {
			shown.add("(" + (arguments.size() - MAX_ARGUMENTS) + " more arguments)");
		}
		return shown;
	}

	/**
	 * Nothing behind the first blank, which could be an argument that the main method
	 * kept for itself, unless it is the path of the jar.
	 */
	private static String main(String javaCommand, List<String> arguments) {
		String known = " " + String.join(" ", arguments);
		String command = (!arguments.isEmpty() && javaCommand.endsWith(known))
				? javaCommand.substring(0, javaCommand.length() - known.length()) : javaCommand;
		return isFile(command) ? command : command.strip().split("\\s", 2)[0];
	}

	private static boolean isFile(String path) {
		try {
			return Files.isRegularFile(Path.of(path));
		}
		catch (InvalidPathException | SecurityException ex) {
			return false;
		}
	}

	private static String masked(String argument) {
		return (argument.length() <= MAX_LENGTH) ? bounded(Secrets.mask(argument))
				: Secrets.MASK + " (" + argument.length() + " characters)";
	}

	private static String bounded(String text) {
		String visible = Escape.text(text);
		if (visible.length() <= MAX_LENGTH) {
			return visible;
		}
		int end = Character.isHighSurrogate(visible.charAt(MAX_LENGTH - 1)) ? MAX_LENGTH - 1 : MAX_LENGTH;
		return visible.substring(0, end) + "...";
	}

}
