package io.gmicro.sample;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs {@code go tool pprof}.
 *
 * @param directory where the tool keeps the profiles that it fetches
 */
record Pprof(Path directory) {

	private static final Pattern SAVED = Pattern.compile("Saved profile in (\\S+)");

	/**
	 * Runs the tool, which has to succeed.
	 * @return what it wrote
	 */
	String run(String... arguments) throws Exception {
		String[] command = Stream.concat(Stream.of("tool", "pprof"), Stream.of(arguments)).toArray(String[]::new);
		RealTools.Run run = RealTools.run(Map.of("PPROF_TMPDIR", this.directory.toString(), "TZ", "UTC"),
				Files.createTempFile(this.directory, "empty", ".in"), "go", command);
		assertThat(run.exitCode()).as("%s: %s", List.of(command), run.output()).isZero();
		return run.output();
	}

	/**
	 * Has the tool fetch a profile.
	 * @param url where from
	 * @param options for how long, for example
	 * @return where the tool saved it
	 */
	Path fetch(String url, String... options) throws Exception {
		String output = run(Stream.concat(Stream.of(options), Stream.of("-raw", url)).toArray(String[]::new));
		Matcher saved = SAVED.matcher(output);
		assertThat(saved.find()).as(output).isTrue();
		return Path.of(saved.group(1));
	}

	RawProfile raw(String... arguments) throws Exception {
		return RawProfile.parse(run(Stream.concat(Stream.of("-raw"), Stream.of(arguments)).toArray(String[]::new)));
	}

}
