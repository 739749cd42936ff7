package io.gmicro.slo;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * An objective of a service in PromQL: the series that it is computed from, and the names
 * under which it is recorded.
 *
 * @param job the job under which the service is scraped
 * @param name the name of the objective
 * @param slo the objective
 */
record Indicator(String job, String name, ServiceLevelObjective slo) {

	static final String HISTOGRAM = "http_server_request_duration_seconds";

	static final String OBJECTIVE = "slo:objective:ratio";

	static final String REQUESTS = "slo:http_server_requests:rate5m";

	static final String ERRORS = "slo:http_server_errors:rate5m";

	static final String BUDGET_REMAINING = "slo:error_budget_remaining:ratio";

	static String errorRatio(String window) {
		return "slo:http_server_errors:ratio_rate" + window;
	}

	/** Returns a recorded series of this objective. */
	String recorded(String record) {
		return series(record, labels());
	}

	/** Returns the labels of the recorded series of this objective. */
	Map<String, String> labels() {
		Map<String, String> labels = new LinkedHashMap<>();
		labels.put("job", this.job);
		labels.put("slo", this.name);
		return labels;
	}

	/** Returns the labels of the series that the objective is computed from. */
	Map<String, String> source() {
		Map<String, String> labels = new LinkedHashMap<>();
		labels.put("job", this.job);
		if (!this.slo.method().isEmpty()) {
			labels.put("http_request_method", this.slo.method());
		}
		labels.put("http_route", this.slo.route());
		return labels;
	}

	String requestRate() {
		return "sum by (job) (rate(%s_count{%s}[5m]))".formatted(HISTOGRAM, matchers(source()));
	}

	private String goodRate() {
		return "sum by (job) (rate(%s_bucket{%s,http_response_status_code!~\"5..\",le=%s}[5m]))".formatted(HISTOGRAM,
				matchers(source()), quote(this.slo.seconds()));
	}

	/** All requests minus the good ones, for which there may be no series. */
	String errorRate() {
		String requests = requestRate();
		return """
				clamp_min(
				  %s - (
				    %s
				    or
				    0 * %s
				  ),
				  0
				)""".formatted(requests, goodRate(), requests);
	}

	/** Uses the recorded rates. Without requests there is no ratio. */
	String errorRatioIn(String window) {
		if (window.equals("5m")) {
			return recorded(ERRORS) + " / (" + recorded(REQUESTS) + " > 0)";
		}
		return """
				avg_over_time(%s[%s])
				/
				(avg_over_time(%s[%s]) > 0)""".formatted(recorded(ERRORS), window, recorded(REQUESTS), window);
	}

	String budgetRemaining() {
		return """
				1 - (
				  sum_over_time(%s[30d])
				  /
				  (sum_over_time(%s[30d]) > 0)
				) / %s""".formatted(recorded(ERRORS), recorded(REQUESTS), budget().toPlainString());
	}

	/**
	 * The budget burns at this rate or faster, and there are more errors than tolerated:
	 * if one of two requests fails, the ratio is already 50%. The recorded errors per
	 * second, one value per minute, times 60 add up to the number of errors.
	 */
	String burnsAt(BurnRate rate) {
		String threshold = rate.factor().toPlainString() + " * " + budget().toPlainString();
		return """
				(
				  %s > %s
				  and
				  %s > %s
				  and
				  sum_over_time(%s[%s:1m]) * 60 > %d
				)""".formatted(recorded(errorRatio(rate.longWindow())), threshold,
				recorded(errorRatio(rate.shortWindow())), threshold, recorded(ERRORS), rate.longWindow(),
				this.slo.toleratedErrors());
	}

	BigDecimal budget() {
		return this.slo.budget();
	}

	/** Describes the requests of the objective. */
	String requests() {
		return (this.slo.method() + " " + this.slo.route()).strip();
	}

	static String series(String name, Map<String, String> labels) {
		return name + "{" + matchers(labels) + "}";
	}

	static String matchers(Map<String, String> labels) {
		return labels.entrySet()
			.stream()
			.map((label) -> label.getKey() + "=" + quote(label.getValue()))
			.collect(Collectors.joining(","));
	}

	static String quote(String text) {
		return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"";
	}

}
