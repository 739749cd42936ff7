package io.gmicro.testing;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The samples of a scrape in the text format, by name and labels as they were written.
 */
public record Samples(Map<String, Double> values) {

	public static Samples parse(String text) {
		Map<String, Double> values = new TreeMap<>();
		text.lines().filter((line) -> !line.startsWith("#") && !line.isBlank()).forEach((line) -> {
			int end = line.lastIndexOf(' ');
			values.put(line.substring(0, end), Double.valueOf(line.substring(end + 1)));
		});
		return new Samples(values);
	}

	/**
	 * The samples of one metric.
	 * @param name the name up to the labels
	 * @return the values by what stands between the braces, or by an empty text where
	 * there are none
	 */
	public Map<String, Double> of(String name) {
		return this.values.entrySet()
			.stream()
			.filter((entry) -> entry.getKey().equals(name) || entry.getKey().startsWith(name + "{"))
			.collect(Collectors.toMap((entry) -> entry.getKey().substring(name.length()).replaceAll("^\\{|}$", ""),
					Map.Entry::getValue, (first, second) -> first, TreeMap::new));
	}

	public double sum(String name) {
		return of(name).values().stream().mapToDouble(Double::doubleValue).sum();
	}

	public boolean hasFamily(String prefix) {
		return this.values.keySet().stream().anyMatch((name) -> name.startsWith(prefix));
	}

}
