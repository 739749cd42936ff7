package io.gmicro.pprof;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.gmicro.diagnostics.Escape;
import org.jspecify.annotations.Nullable;

/**
 * The parts of the command line that contain no secrets: the main class or the jar, and
 * the number of arguments. JVM options are left out.
 */
final class CommandLine {

	/** In characters. */
	static final int MAX_LENGTH = 1_000;

	private static final String UNKNOWN = "java";

	private static final Pattern BLANKS_BEHIND_ARCHIVE = Pattern.compile("(?i)(?<=\\.[jw]ar)( |$)");

	private CommandLine() {
	}

	/**
	 * The parts to show.
	 * @param javaCommand the system property {@code sun.java.command}, in which a blank
	 * either separates arguments or is part of one
	 * @param arguments the number of arguments, negative if it is unknown
	 */
	static List<String> of(@Nullable String javaCommand, int arguments) {
		List<String> shown = new ArrayList<>();
		shown.add((javaCommand != null) ? bounded(Escape.text(main(javaCommand))) : UNKNOWN);
		if (arguments > 0) {
			shown.add((arguments == 1) ? "(1 argument)" : "(" + arguments + " arguments)");
		}
		return shown;
	}

	/**
	 * Text after the first blank may be an argument, unless the blank is in the path of
	 * the jar.
	 */
	private static String main(String javaCommand) {
		String command = javaCommand.strip();
		Matcher blanks = BLANKS_BEHIND_ARCHIVE.matcher(command);
		while (blanks.find() && blanks.start() <= MAX_LENGTH) {
			if (isFile(command.substring(0, blanks.start()))) {
				return command.substring(0, blanks.start());
			}
		}
		return command.split(" ", 2)[0];
	}

	private static boolean isFile(String path) {
		try {
			return Files.isRegularFile(Path.of(path));
		}
		catch (InvalidPathException | SecurityException ex) {
			return false;
		}
	}

	private static String bounded(String text) {
		return (text.length() <= MAX_LENGTH) ? text : text.substring(0, MAX_LENGTH) + "...";
	}

}
