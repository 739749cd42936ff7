package io.gmicro.compatibility;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The samples of one scrape in the text format.
 */
record Samples(List<Sample> all) {

	private static final Pattern SAMPLE = Pattern.compile("(\\w+)(?:\\{(.*)})? (\\S+)");

	private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");

	/** Labels that follow from others, or are the same in all tests. */
	private static final Set<String> IMPLIED = Set.of("error_type", "url_scheme", "server_address", "server_port");

	/** Have series with the value 0 for responses that were not sent yet. */
	private static final Set<String> EXPECTED = Set.of("http_server_responses_total",
			"http_server_slow_requests_total");

	record Sample(String name, Map<String, String> labels, double value) {
	}

	static Samples parse(String text) {
		return new Samples(
				text.lines().filter(Predicate.not((line) -> line.startsWith("#"))).map(Samples::sample).toList());
	}

	private static Sample sample(String line) {
		Matcher sample = SAMPLE.matcher(line);
		if (!sample.matches()) {
			throw new IllegalArgumentException("Not a sample: " + line);
		}
		Map<String, String> labels = new TreeMap<>();
		if (sample.group(2) != null) {
			LABEL.matcher(sample.group(2)).results().forEach((label) -> labels.put(label.group(1), label.group(2)));
		}
		return new Sample(sample.group(1), labels, Double.parseDouble(sample.group(3).replace("Inf", "Infinity")));
	}

	boolean has(String name) {
		return this.all.stream().anyMatch((sample) -> sample.name().equals(name));
	}

	/**
	 * The values of one metric, without responses that are expected and were not sent.
	 * @param name name of the samples
	 * @param labels every label that the samples must have, but for implied ones
	 * @return values by the values of the labels, in the order asked for
	 */
	Map<String, Double> of(String name, String... labels) {
		Map<String, Double> values = new TreeMap<>();
		for (Sample sample : this.all) {
			if (sample.name().equals(name) && (sample.value() != 0 || !EXPECTED.contains(name))) {
				values.merge(key(sample, labels), sample.value(), (first, second) -> {
					throw new IllegalStateException("Twice in one scrape: " + sample);
				});
			}
		}
		return values;
	}

	private static String key(Sample sample, String... labels) {
		List<String> values = new ArrayList<>();
		for (String label : labels) {
			values.add(sample.labels().get(label));
		}
		Set<String> others = new TreeSet<>(sample.labels().keySet());
		others.removeAll(IMPLIED);
		if (labels.length != others.size() || values.contains(null)) {
			throw new IllegalStateException("Other labels: " + sample);
		}
		return String.join(" ", values);
	}

	Map<String, List<String>> bounds(String name, String... labels) {
		return this.all.stream()
			.filter((sample) -> sample.name().equals(name))
			.collect(Collectors.groupingBy((sample) -> {
				Map<String, String> others = new TreeMap<>(sample.labels());
				others.remove("le");
				return key(new Sample(sample.name(), others, 0), labels);
			}, Collectors.mapping((sample) -> sample.labels().get("le"), Collectors.toList())));
	}

}
