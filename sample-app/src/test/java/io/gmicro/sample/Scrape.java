package io.gmicro.sample;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What one scrape of the metrics route answered, in the text format.
 *
 * @param text the answer
 */
record Scrape(String text) {

	private static final Pattern BOUND = Pattern.compile("le=\"([^\"]+)\"");

	Set<String> families() {
		return this.text.lines()
			.filter((line) -> line.startsWith("# TYPE "))
			.map((line) -> line.split(" ")[2])
			.collect(Collectors.toSet());
	}

	/**
	 * The value of the one series that has these labels, among others.
	 * @param series the name, and labels in braces
	 */
	double value(String series) {
		int brace = series.indexOf('{');
		String name = (brace < 0) ? series : series.substring(0, brace);
		String[] labels = (brace < 0) ? new String[0]
				: series.substring(brace + 1, series.length() - 1).split(",(?=\\w+=\")");
		List<String> found = this.text.lines()
			.filter((line) -> line.startsWith(name + " ") || line.startsWith(name + "{"))
			.filter((line) -> Stream.of(labels).allMatch((label) -> line.contains(label)))
			.toList();
		if (found.size() != 1) {
			throw new AssertionError("Not one series " + series + " but " + found);
		}
		return valueOfLine(found.get(0));
	}

	/** The values of all series of one name, added up. */
	double sum(String name) {
		return this.text.lines().filter((line) -> line.startsWith(name + "{")).mapToDouble(Scrape::valueOfLine).sum();
	}

	/**
	 * The cumulative buckets of all series of a histogram that carry a label, added up.
	 */
	TreeMap<Double, Double> buckets(String family, String label) {
		return this.text.lines()
			.filter((line) -> line.startsWith(family + "_bucket{") && line.contains(label))
			.collect(Collectors.toMap(Scrape::bound, Scrape::valueOfLine, Double::sum, TreeMap::new));
	}

	private static double bound(String line) {
		Matcher matcher = BOUND.matcher(line);
		if (!matcher.find()) {
			throw new AssertionError("No bound: " + line);
		}
		String bound = matcher.group(1);
		return bound.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(bound);
	}

	private static double valueOfLine(String line) {
		return Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
	}

	/**
	 * The quantile as Prometheus defines it: the bucket that holds the rank, and within
	 * it a straight line.
	 */
	static double quantile(double quantile, TreeMap<Double, Double> buckets) {
		double rank = quantile * buckets.lastEntry().getValue();
		double lowerBound = 0;
		double below = 0;
		for (Map.Entry<Double, Double> bucket : buckets.entrySet()) {
			double bound = bucket.getKey();
			double cumulative = bucket.getValue();
			if (cumulative >= rank) {
				return Double.isInfinite(bound) ? lowerBound
						: lowerBound + (bound - lowerBound) * ((rank - below) / (cumulative - below));
			}
			lowerBound = bound;
			below = cumulative;
		}
		throw new AssertionError("The last bucket holds every request");
	}

}
