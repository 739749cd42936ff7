package io.gmicro.custom;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

/**
 * The declaration of a metric. Immutable.
 *
 * @param type the type of the metric; required
 * @param help the help text of the metric; required
 * @param labels the names of its labels; none by default
 * @param buckets the upper bounds of a histogram, ascending and greater than zero; whole
 * numbers unless the name of the metric ends in {@code _seconds}
 * @param quantiles the quantiles of a summary, ascending from 0 to 1
 * @param maxLabelSets the maximum number of combinations of label values, 1000 by
 * default; further ones are recorded as {@code _OTHER}
 */
public record CustomMetric(@Nullable Type type, String help, List<String> labels, List<Double> buckets,
		List<Double> quantiles, Integer maxLabelSets) {

	private static final String PROPERTY = "gmicro.metrics.custom.";

	private static final int DEFAULT_MAX_LABEL_SETS = 1000;

	private static final Set<String> RESERVED = Set.of("gmicro_", "http_server_", "rpc_server_", "rpc_client_", "gin_");

	public CustomMetric(@Nullable Type type, @Nullable String help, @Nullable List<String> labels,
			@Nullable List<Double> buckets, @Nullable List<Double> quantiles, @Nullable Integer maxLabelSets) {
		this.type = type;
		this.help = Objects.requireNonNullElse(help, "").strip();
		this.labels = copy(labels);
		this.buckets = copy(buckets);
		this.quantiles = copy(quantiles);
		this.maxLabelSets = Objects.requireNonNullElse(maxLabelSets, DEFAULT_MAX_LABEL_SETS);
	}

	/** Keeps {@code null} elements, which are rejected with their property later. */
	private static <T> List<T> copy(@Nullable List<T> list) {
		return (list != null) ? Collections.unmodifiableList(new ArrayList<>(list)) : List.of();
	}

	/**
	 * Check declarations.
	 * @param metrics metrics by name
	 * @throws IllegalArgumentException if one is invalid, with the property, its value
	 * and the allowed values
	 */
	public static void requireValid(Map<String, CustomMetric> metrics) {
		metrics.forEach((name, metric) -> {
			require(name != null, PROPERTY + "<name>", "", "a metric has a name");
			requireGiven(metric != null, property(name), "a metric has at least a type and a help");
			metric.requireValid(name);
		});
		metrics.forEach((name, metric) -> metrics.keySet()
			.stream()
			.filter((other) -> !other.equals(name))
			.forEach((other) -> metric.requireDistinct(name, other, Objects.requireNonNull(metrics.get(other)))));
	}

	private void requireDistinct(String name, String other, CustomMetric otherMetric) {
		require(!name.replace("_", "").equalsIgnoreCase(other.replace("_", "")), property(name), typeName(),
				property(other) + " differs only in case and '_', which Spring Boot ignores");
		require(Collections.disjoint(names(name), otherMetric.names(other)), property(name), typeName(),
				property(other) + " is published under the same name");
	}

	private void requireValid(String name) {
		requireGiven(this.type != null, property(name) + ".type", "counter, gauge, histogram or summary");
		requireName(name);
		String help = "a sentence that describes the metric, at most 1000 characters";
		requireGiven(!this.help.isEmpty(), property(name) + ".help", help);
		require(this.help.length() <= 1000, property(name) + ".help", this.help, help);
		requireLabels(name);
		requireBuckets(name);
		requireQuantiles(name);
		require(this.maxLabelSets >= 1 && this.maxLabelSets <= 100_000, property(name) + ".max-label-sets",
				this.maxLabelSets, "from 1 to 100000");
	}

	private void requireName(String name) {
		require(name.matches("[a-zA-Z][a-zA-Z0-9_]{0,199}"), property(name), typeName(),
				"a name starts with a letter and has letters, digits and '_', at most 200 characters");
		require(RESERVED.stream().noneMatch(name::startsWith), property(name), typeName(),
				"names that start with " + String.join(", ", new TreeSet<>(RESERVED)) + " are reserved by gmicro");
		require(this.type == Type.COUNTER || !name.endsWith("_total"), property(name), typeName(),
				"only the name of a counter ends in '_total'");
		require(!PublishedNames.stem(name).matches(".*_(total|created|bucket|info)"), property(name), typeName(),
				"the suffixes '_total', '_created', '_bucket' and '_info' are reserved by Prometheus");
	}

	private void requireLabels(String name) {
		String property = property(name) + ".labels";
		for (String label : this.labels) {
			requireGiven(label != null, property, "a label has a name");
			require(label.matches("(?!__)[a-zA-Z_][a-zA-Z0-9_]{0,99}"), property, label,
					"a label starts with a letter and has letters, digits and '_', at most 100 characters");
			require(!label.equals("le") && !label.equals("quantile"), property, label,
					"the labels 'le' and 'quantile' are reserved by Prometheus");
		}
		require(new HashSet<>(this.labels).size() == this.labels.size(), property, join(this.labels),
				"each label once");
		require(this.labels.size() <= 10, property, join(this.labels), "at most 10 labels");
	}

	private void requireBuckets(String name) {
		String property = property(name) + ".buckets";
		if (this.type != Type.HISTOGRAM) {
			require(this.buckets.isEmpty(), property, join(this.buckets), "only a histogram has buckets");
			return;
		}
		requireGiven(!this.buckets.isEmpty() && !this.buckets.contains(null), property, "from 1 to 100 bounds");
		require(this.buckets.size() <= 100, property, join(this.buckets), "from 1 to 100 bounds");
		boolean seconds = isInSeconds(name);
		double previous = 0;
		for (double bucket : this.buckets) {
			require(bucket > previous && bucket < Double.POSITIVE_INFINITY, property, join(this.buckets),
					"each bound is greater than zero and than the previous one; '+Inf' must be omitted");
			require(seconds || bucket == Math.rint(bucket), property, join(this.buckets),
					"whole numbers, unless the name of the metric ends in '_seconds'. Use a smaller unit");
			require(!seconds || (bucket >= 1e-9 && bucket <= 1e9), property, join(this.buckets),
					"from a nanosecond to a billion seconds");
			previous = bucket;
		}
	}

	/** Whether the metric is a timer in Micrometer. */
	static boolean isInSeconds(String name) {
		return name.endsWith("_seconds");
	}

	private void requireQuantiles(String name) {
		String property = property(name) + ".quantiles";
		if (this.type != Type.SUMMARY) {
			require(this.quantiles.isEmpty(), property, join(this.quantiles), "only a summary has quantiles");
			return;
		}
		requireGiven(!this.quantiles.isEmpty() && !this.quantiles.contains(null), property, "from 1 to 20 quantiles");
		require(this.quantiles.size() <= 20, property, join(this.quantiles), "from 1 to 20 quantiles");
		double previous = -1;
		for (double quantile : this.quantiles) {
			require(quantile >= 0 && quantile <= 1 && quantile > previous, property, join(this.quantiles),
					"from 0 to 1, each greater than the previous one");
			previous = quantile;
		}
	}

	private static void requireGiven(boolean given, String property, String allowed) {
		if (!given) {
			throw new IllegalArgumentException(property + " is missing: " + allowed);
		}
	}

	private static void require(boolean valid, String property, Object value, String allowed) {
		if (!valid) {
			throw new IllegalArgumentException(property + "=" + value + " is not allowed: " + allowed);
		}
	}

	private static String join(List<?> values) {
		return String.join(",", values.stream().map(String::valueOf).toList());
	}

	static String property(String name) {
		return PROPERTY + name;
	}

	Set<String> names(String name) {
		return PublishedNames.of(PublishedNames.stem(name), this.type == Type.HISTOGRAM || this.type == Type.SUMMARY);
	}

	String typeName() {
		return (this.type != null) ? this.type.toString() : "";
	}

	/**
	 * The type of a metric.
	 */
	public enum Type {

		/** A value that only increases. */
		COUNTER,

		/** A value that increases and decreases. */
		GAUGE,

		/** Counts of values in buckets, from which Prometheus computes quantiles. */
		HISTOGRAM,

		/** Quantiles of values, computed by the application. */
		SUMMARY;

		@Override
		public String toString() {
			return name().toLowerCase(Locale.ROOT);
		}

	}

}
