package io.gmicro.activity;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A stack that was taken of a real operation while it waited, with all calls up to those
 * of the test. {@code compatibility/drivers} records them: delete the files and run its
 * tests on each JDK with {@code -Dgmicro.stacks=} and the directory of the files.
 *
 * @param name the name of the test and the thread that it ran on
 * @param activity the activity that the test has asserted
 * @param state the state of the thread
 * @param calls the calls, innermost first
 */
record RecordedStack(String name, String activity, Thread.State state, List<StackTraceElement> calls) {

	private static final Path DIRECTORY = Path.of("src/test/resources/io/gmicro/activity/stacks");

	static List<RecordedStack> all() throws IOException {
		try (Stream<Path> files = Files.list(DIRECTORY)) {
			List<RecordedStack> stacks = new ArrayList<>();
			for (Path file : files.sorted().toList()) {
				for (String line : Files.readAllLines(file)) {
					if (line.startsWith("\t")) {
						stacks.get(stacks.size() - 1).calls.add(call(line.strip().split(" ")));
					}
					else {
						stacks.add(header(file, line.split(" ", 4)));
					}
				}
			}
			return stacks;
		}
	}

	private static RecordedStack header(Path file, String[] words) {
		return new RecordedStack(file.getFileName() + " " + words[1] + " " + words[3], words[0],
				Thread.State.valueOf(words[2]), new ArrayList<>());
	}

	private static StackTraceElement call(String[] words) {
		return new StackTraceElement(words[0], words[1], null, Integer.parseInt(words[2]));
	}

	StackTraceElement[] stack() {
		return this.calls.toArray(StackTraceElement[]::new);
	}

	@Override
	public String toString() {
		return this.name;
	}

}
