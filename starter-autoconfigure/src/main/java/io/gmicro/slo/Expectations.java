package io.gmicro.slo;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What promtool is to find recorded for an objective, and which of its alerts.
 */
final class Expectations {

	private final Indicator indicator;

	private final List<Object> list = new ArrayList<>();

	Expectations(Indicator indicator) {
		this.indicator = indicator;
	}

	Expectations objective(String time) {
		return add(time, this.indicator.recorded(Indicator.OBJECTIVE), List
			.of(sample(this.indicator.recorded(Indicator.OBJECTIVE), this.indicator.slo().ratio().doubleValue())));
	}

	/** Promtool compares to the last bit. */
	Expectations about(String time, String record, BigDecimal value) {
		String difference = "abs(%s - %s) < bool 1e-9".formatted(this.indicator.recorded(record),
				value.stripTrailingZeros().toPlainString());
		return add(time, difference, List.of(sample("{" + PromQl.labels(this.indicator.labels()) + "}", 1)));
	}

	Expectations nothing(String time, String record) {
		return add(time, this.indicator.recorded(record), List.of());
	}

	/** Those that fire, each once. */
	Expectations alerts(String time, List<String> severities) {
		Map<String, String> labels = new TreeMap<>(this.indicator.labels());
		labels.put("alertname", RuleFile.ALERT);
		labels.put("alertstate", "firing");
		return add(time, PromQl.series("ALERTS", labels), severities.stream().map((severity) -> {
			Map<String, String> firing = new TreeMap<>(labels);
			firing.put("severity", severity);
			return sample(PromQl.series("ALERTS", firing), 1);
		}).toList());
	}

	private Expectations add(String time, String expression, List<Object> samples) {
		Map<String, Object> expectation = new LinkedHashMap<>();
		expectation.put("expr", expression);
		expectation.put("eval_time", time);
		expectation.put("exp_samples", samples);
		this.list.add(expectation);
		return this;
	}

	private static Object sample(String labels, double value) {
		Map<String, Object> sample = new LinkedHashMap<>();
		sample.put("labels", labels);
		sample.put("value", value);
		return sample;
	}

	List<Object> list() {
		return this.list;
	}

}
