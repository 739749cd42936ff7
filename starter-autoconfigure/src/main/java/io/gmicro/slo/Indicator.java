package io.gmicro.slo;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One objective of a service as Prometheus sees it: which series tell it, and under which
 * names it is recorded.
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

	/** What was recorded for this objective. */
	String recorded(String record) {
		return PromQl.series(record, labels());
	}

	/** The labels of what is recorded for this objective. */
	Map<String, String> labels() {
		Map<String, String> labels = new LinkedHashMap<>();
		labels.put("job", this.job);
		labels.put("slo", this.name);
		return labels;
	}

	/** The labels of the series of the service from which the objective is told. */
	Map<String, String> source() {
		Map<String, String> labels = new LinkedHashMap<>();
		labels.put("job", this.job);
		if (!this.slo.method().isEmpty()) {
			labels.put("http_request_method", this.slo.method());
		}
		labels.put("http_route", this.slo.route());
		return labels;
	}

	String requestsIn(String window) {
		return "sum by (job) (rate(%s_count{%s}[%s]))".formatted(HISTOGRAM, PromQl.labels(source()), window);
	}

	private String goodRequestsIn(String window) {
		return "sum by (job) (rate(%s_bucket{%s,http_response_status_code!~\"5..\",le=%s}[%s]))".formatted(HISTOGRAM,
				PromQl.labels(source()), PromQl.string(this.slo.seconds()), window);
	}

	/**
	 * What was not good. Where nothing was good there may be no series that could say so;
	 * where there were no requests there is no ratio.
	 */
	String errorRatioIn(String window) {
		String requests = requestsIn(window);
		return """
				clamp_min(
				  1 - (
				    %s
				    or
				    0 * %s
				  ) / (
				    %s > 0
				  ),
				  0
				)""".formatted(goodRequestsIn(window), requests, requests);
	}

	String errors() {
		return recorded(errorRatio("5m")) + " * " + recorded(REQUESTS);
	}

	String budgetRemaining() {
		return """
				1 - (
				  sum_over_time(%s[30d])
				  /
				  (sum_over_time(%s[30d]) > 0)
				) / %s""".formatted(recorded(ERRORS), recorded(REQUESTS), budget().toPlainString());
	}

	String burnsAt(BurnRate rate) {
		String threshold = rate.factor().toPlainString() + " * " + budget().toPlainString();
		return """
				(
				  %s > %s
				  and
				  %s > %s
				)""".formatted(recorded(errorRatio(rate.longWindow())), threshold,
				recorded(errorRatio(rate.shortWindow())), threshold);
	}

	BigDecimal budget() {
		return this.slo.budget();
	}

	/** The requests of the objective in words. */
	String requests() {
		return (this.slo.method() + " " + this.slo.route()).strip();
	}

}
