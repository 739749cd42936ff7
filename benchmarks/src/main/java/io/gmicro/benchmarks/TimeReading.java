package io.gmicro.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Time of a route's requests by activity, in seconds.
 *
 * @param truth measured by the requests
 * @param estimate from the metrics, empty without time metrics
 * @param durations the sum of the histogram
 * @param sampler the number of looks and of stacks of the sampler, and its CPU time
 */
record TimeReading(Map<String, Double> truth, Map<String, Double> estimate, double durations,
		Map<String, Double> sampler) {

	static final String METRIC = "gmicro_http_server_time_seconds_total";

	private static final String HISTOGRAM = "http_server_request_duration_seconds_sum";

	private static final String SAMPLER = "gmicro_sampler_";

	private static final Pattern SAMPLE = Pattern.compile("(\\w+)\\{(.*)} (\\S+)");

	private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");

	static TimeReading of(Server server, String route) throws IOException, InterruptedException {
		Map<String, Double> truth = new HashMap<>();
		text(server, "/truth").lines()
			.map((line) -> line.split(" ", 3))
			.filter((line) -> line[0].equals(route))
			.forEach((line) -> truth.put(line[1], Long.parseLong(line[2]) / 1e9));
		Map<String, Double> estimate = new HashMap<>();
		Map<String, Double> sampler = new HashMap<>();
		double durations = 0;
		for (String line : text(server, "/metrics").lines().toList()) {
			if (line.startsWith(SAMPLER)) {
				sampler.put(line.substring(SAMPLER.length(), line.indexOf(' ')),
						Double.parseDouble(line.substring(line.indexOf(' '))));
			}
			Matcher sample = SAMPLE.matcher(line);
			if (sample.lookingAt() && sample.group(2).contains("http_route=\"" + route + "\"")) {
				double value = Double.parseDouble(sample.group(3));
				if (sample.group(1).equals(METRIC)) {
					estimate.merge(label(sample.group(2), "activity"), value, Double::sum);
				}
				else if (sample.group(1).equals(HISTOGRAM)) {
					durations += value;
				}
			}
		}
		return new TimeReading(truth, estimate, durations, sampler);
	}

	private static String text(Server server, String path) throws IOException, InterruptedException {
		return new String(server.get(path), StandardCharsets.UTF_8);
	}

	private static String label(String labels, String name) {
		Matcher matcher = LABEL.matcher(labels);
		while (matcher.find()) {
			if (matcher.group(1).equals(name)) {
				return matcher.group(2);
			}
		}
		return "";
	}

	TimeReading plus(TimeReading other) {
		return combine(other, 1);
	}

	TimeReading minus(TimeReading other) {
		return combine(other, -1);
	}

	private TimeReading combine(TimeReading other, int sign) {
		return new TimeReading(combine(this.truth, other.truth, sign), combine(this.estimate, other.estimate, sign),
				this.durations + sign * other.durations, combine(this.sampler, other.sampler, sign));
	}

	private static Map<String, Double> combine(Map<String, Double> values, Map<String, Double> others, int sign) {
		Map<String, Double> combined = new TreeMap<>(values);
		others.forEach((key, value) -> combined.merge(key, sign * value, Double::sum));
		return combined;
	}

	/** Adds {@code runnable} to {@code cpu}: virtual threads have no CPU clock. */
	TimeReading withoutRunnable() {
		Map<String, Double> merged = new TreeMap<>(this.estimate);
		Double runnable = merged.remove("runnable");
		if (runnable != null) {
			merged.merge("cpu", runnable, Double::sum);
		}
		return new TimeReading(this.truth, merged, this.durations, this.sampler);
	}

	/** A figure of the sampler, 0 without time metrics. */
	double sampler(String name) {
		return this.sampler.getOrDefault(name, 0.0);
	}

	double total() {
		return this.truth.getOrDefault(Truth.TOTAL, 0.0);
	}

	double trueShare(String activity) {
		return 100 * this.truth.getOrDefault(activity, 0.0) / total();
	}

	double estimated() {
		return this.estimate.values().stream().mapToDouble(Double::doubleValue).sum();
	}

	double estimatedShare(String activity) {
		return 100 * this.estimate.getOrDefault(activity, 0.0) / estimated();
	}

	double difference(String activity) {
		return estimatedShare(activity) - trueShare(activity);
	}

}
