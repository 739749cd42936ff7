package io.gmicro.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * Prints tables, and keeps each as a section of a file. A section says by itself how, on
 * what and under which load it was measured; it takes the place of the one with the same
 * heading, which is that of the same table on the same JDK. Everything else in the file
 * stays, whoever wrote it.
 */
final class Results {

	private static final String HEADING = "## ";

	private final @Nullable Path file;

	Results(@Nullable Path file) {
		this.file = file;
	}

	void add(Table table) throws Exception {
		String load = Versions.load();
		String heading = HEADING + table.title() + ", JDK " + Runtime.version().feature();
		String section = String.format(Locale.ROOT, "%s%n%n%s%n%n%s%n`benchmarks/run %s` on %s; %s%n", heading,
				table.method().strip(), table.rows().call().strip() + System.lineSeparator(), table.name(),
				Versions.describe(), load);
		System.out.println(section);
		if (this.file != null) {
			write(this.file, heading, section);
		}
	}

	private static void write(Path file, String heading, String section) throws IOException {
		List<String> parts = Files.exists(file) ? parts(Files.readString(file)) : new ArrayList<>(List.of(title(file)));
		int existing = -1;
		for (int i = 0; i < parts.size(); i++) {
			if (parts.get(i).startsWith(heading + System.lineSeparator())) {
				existing = i;
			}
		}
		if (existing >= 0) {
			parts.set(existing, section);
		}
		else {
			parts.add(section);
		}
		Files.createDirectories(file.toAbsolutePath().getParent());
		Files.writeString(file, String.join(System.lineSeparator(), parts.stream().map(Results::endLine).toList()));
	}

	/** What stands before the first heading, and then each section. */
	private static List<String> parts(String content) {
		return new ArrayList<>(List.of(content.split("(?m)^(?=" + HEADING + ")")));
	}

	private static String title(Path file) {
		return "# " + file.getFileName().toString().replace(".md", "");
	}

	private static String endLine(String part) {
		return part.strip() + System.lineSeparator();
	}

}
