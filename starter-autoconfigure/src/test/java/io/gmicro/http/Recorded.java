package io.gmicro.http;

import java.util.Map;
import java.util.TreeMap;

import io.gmicro.testing.Samples;

/**
 * What was recorded of requests, each by method, route and status.
 *
 * @param responses how many were answered
 * @param durationCounts how many were timed
 * @param durationSums how long they took, in seconds
 */
record Recorded(Map<String, Double> responses, Map<String, Double> durationCounts, Map<String, Double> durationSums) {

	private static final String DURATION = "http_server_request_duration_seconds";

	static Recorded of(Samples samples) {
		return new Recorded(of(samples, "http_server_responses_total"), of(samples, DURATION + "_count"),
				of(samples, DURATION + "_sum"));
	}

	static Map<String, Double> of(Samples samples, String name) {
		Map<String, Double> recorded = new TreeMap<>();
		samples.of(name)
			.forEach((labels, value) -> recorded.merge(label(labels, "http_request_method") + " "
					+ label(labels, "http_route") + " " + label(labels, "http_response_status_code"), value,
					Double::sum));
		return recorded;
	}

	private static String label(String labels, String name) {
		int start = labels.indexOf(name + "=\"") + name.length() + 2;
		return labels.substring(start, labels.indexOf('"', start));
	}

	/** What has come since, and nothing of what has not changed. */
	Recorded since(Recorded before) {
		return new Recorded(since(this.responses, before.responses), since(this.durationCounts, before.durationCounts),
				since(this.durationSums, before.durationSums));
	}

	private static Map<String, Double> since(Map<String, Double> now, Map<String, Double> before) {
		Map<String, Double> since = new TreeMap<>();
		now.forEach((series, value) -> since.put(series, value - before.getOrDefault(series, 0.0)));
		since.values().removeIf((value) -> value == 0);
		return since;
	}

	static double sum(Map<String, Double> values) {
		return values.values().stream().mapToDouble(Double::doubleValue).sum();
	}

}
