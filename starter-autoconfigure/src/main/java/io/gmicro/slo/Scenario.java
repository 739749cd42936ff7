package io.gmicro.slo;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A test of an objective: the requests, and the recorded values and alerts that promtool
 * expects.
 */
final class Scenario {

	private final String name;

	private final Indicator indicator;

	private final Traffic traffic;

	private final List<Object> expectations = new ArrayList<>();

	Scenario(String name, Indicator indicator, Traffic traffic) {
		this.name = name;
		this.indicator = indicator;
		this.traffic = traffic;
	}

	String name() {
		return this.name;
	}

	Indicator indicator() {
		return this.indicator;
	}

	Traffic traffic() {
		return this.traffic;
	}

	List<Object> expectations() {
		return this.expectations;
	}

	Scenario objective(String time) {
		String recorded = this.indicator.recorded(Indicator.OBJECTIVE);
		return expect(time, recorded, List.of(sample(recorded, this.indicator.slo().ratio().doubleValue())));
	}

	/** Allows for rounding, as promtool compares exactly. */
	Scenario about(String time, String record, BigDecimal value) {
		String difference = "abs(%s - %s) < bool 1e-9".formatted(this.indicator.recorded(record),
				value.stripTrailingZeros().toPlainString());
		return expect(time, difference, List.of(sample(Indicator.series("", this.indicator.labels()), 1)));
	}

	Scenario nothing(String time, String record) {
		return expect(time, this.indicator.recorded(record), List.of());
	}

	/** Expects exactly one firing alert for each severity. */
	Scenario alerts(String time, List<String> severities) {
		Map<String, String> labels = new TreeMap<>(this.indicator.labels());
		labels.put("alertname", RuleFiles.ALERT);
		labels.put("alertstate", "firing");
		return expect(time, Indicator.series("ALERTS", labels), severities.stream().map((severity) -> {
			Map<String, String> firing = new TreeMap<>(labels);
			firing.put("severity", severity);
			return sample(Indicator.series("ALERTS", firing), 1);
		}).toList());
	}

	private Scenario expect(String time, String expression, List<Object> samples) {
		Map<String, Object> expectation = new LinkedHashMap<>();
		expectation.put("expr", expression);
		expectation.put("eval_time", time);
		expectation.put("exp_samples", samples);
		this.expectations.add(expectation);
		return this;
	}

	private static Object sample(String labels, double value) {
		Map<String, Object> sample = new LinkedHashMap<>();
		sample.put("labels", labels);
		sample.put("value", value);
		return sample;
	}

}
