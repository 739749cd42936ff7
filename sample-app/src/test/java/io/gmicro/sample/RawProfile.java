package io.gmicro.sample;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@code go tool pprof -raw} says.
 *
 * @param text all of it
 * @param sampleTypes as they are written, the default marked
 * @param values the values of the samples by their stacks, each a list of addresses, and
 * labels
 * @param locations what there is at each address: function, file, line and descriptor
 */
record RawProfile(String text, List<String> sampleTypes, Map<List<String>, List<Long>> values,
		Map<String, String> locations) {

	private static final Pattern SAMPLE = Pattern.compile("([-\\d ]+): ([\\d ]*)");

	private static final Pattern LOCATION = Pattern.compile("\\s*(\\d+): (0x[0-9a-f]+) M=1 (.*)");

	static RawProfile parse(String text) {
		Map<String, String> addresses = new HashMap<>();
		Map<String, String> locations = new HashMap<>();
		for (String line : section(text, "Locations", "Mappings")) {
			Matcher location = LOCATION.matcher(line);
			assertThat(location.matches()).as(line).isTrue();
			addresses.put(location.group(1), location.group(2));
			assertThat(locations.put(location.group(2), location.group(3))).as("a second one at its address, " + line)
				.isNull();
		}
		List<String> samples = section(text, "Samples:", "Locations");
		Map<List<String>, List<Long>> values = new HashMap<>();
		for (int i = 1; i < samples.size(); i++) {
			Matcher sample = SAMPLE.matcher(samples.get(i));
			if (sample.matches()) {
				String next = (i + 1 < samples.size()) ? samples.get(i + 1) : "";
				Stream<String> labels = SAMPLE.matcher(next).matches() ? Stream.empty() : words(next);
				List<String> key = Stream.concat(words(sample.group(2)).map(addresses::get), labels).toList();
				assertThat(values.put(key, words(sample.group(1)).map(Long::valueOf).toList()))
					.as("a second one with its stack and labels, " + samples.get(i))
					.isNull();
			}
		}
		return new RawProfile(text, words(samples.get(0)).toList(), values, locations);
	}

	private static List<String> section(String text, String start, String end) {
		List<String> lines = new ArrayList<>(text.lines().toList());
		assertThat(lines).contains(start, end);
		return lines.subList(lines.indexOf(start) + 1, lines.indexOf(end));
	}

	private static Stream<String> words(String line) {
		return Stream.of(line.strip().split("\\s+")).filter((word) -> !word.isEmpty());
	}

	/** What stands in the line that begins so. */
	Optional<String> header(String name) {
		return this.text.lines()
			.takeWhile((line) -> !line.equals("Samples:"))
			.filter((line) -> line.startsWith(name + ": "))
			.map((line) -> line.substring(name.length() + 2))
			.findFirst();
	}

}
