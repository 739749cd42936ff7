package io.gmicro.benchmarks;

import java.util.List;
import java.util.Locale;

/**
 * Writes measured values as their median and what they lie between.
 */
final class Spread {

	private Spread() {
	}

	static String of(String format, List<Double> values) {
		List<Double> sorted = values.stream().sorted().toList();
		return String.format(Locale.ROOT, format + " (" + format + " to " + format + ")", sorted.get(sorted.size() / 2),
				sorted.get(0), sorted.get(sorted.size() - 1));
	}

}
