package io.gmicro.slo;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The recording and alert rules of objectives.
 */
final class RuleFile {

	static final String ALERT = "ErrorBudgetBurn";

	private RuleFile() {
	}

	/**
	 * The rules.
	 * @param indicators the objectives
	 * @param runbookUrl what alerts link to, empty for none
	 */
	static Map<String, Object> of(Collection<Indicator> indicators, String runbookUrl) {
		return Map.of("groups", indicators.stream().map((indicator) -> group(indicator, runbookUrl)).toList());
	}

	private static Map<String, Object> group(Indicator indicator, String runbookUrl) {
		Map<String, Object> group = new LinkedHashMap<>();
		group.put("name", "slo-" + indicator.name());
		group.put("interval", "1m");
		group.put("rules", rules(indicator, runbookUrl));
		return group;
	}

	private static List<Object> rules(Indicator indicator, String runbookUrl) {
		List<Object> rules = new ArrayList<>();
		rules.add(recording(indicator, Indicator.OBJECTIVE, "vector(" + indicator.slo().ratio().toPlainString() + ")",
				indicator.labels()));
		Map<String, String> name = Map.of("slo", indicator.name());
		rules.add(recording(indicator, Indicator.REQUESTS, indicator.requestRate(), name));
		rules.add(recording(indicator, Indicator.ERRORS, indicator.errorRate(), name));
		for (String window : BurnRate.WINDOWS) {
			rules.add(recording(indicator, Indicator.errorRatio(window), indicator.errorRatioIn(window), name));
		}
		rules.add(recording(indicator, Indicator.BUDGET_REMAINING, indicator.budgetRemaining(), name));
		rules.add(alert(indicator, BurnRate.PAGE, runbookUrl));
		rules.add(alert(indicator, BurnRate.TICKET, runbookUrl));
		return rules;
	}

	private static Map<String, Object> recording(Indicator indicator, String record, String expression,
			Map<String, String> labels) {
		Map<String, Object> rule = new LinkedHashMap<>();
		rule.put("record", record);
		rule.put("expr", expression);
		rule.put("labels", labels);
		return rule;
	}

	private static Map<String, Object> alert(Indicator indicator, String severity, String runbookUrl) {
		List<BurnRate> rates = BurnRate.reachable(indicator.budget())
			.stream()
			.filter((rate) -> rate.severity().equals(severity))
			.toList();
		Map<String, Object> labels = new LinkedHashMap<>();
		labels.put("severity", severity);
		labels.put("slo", indicator.name());
		Map<String, Object> rule = new LinkedHashMap<>();
		rule.put("alert", ALERT);
		rule.put("expr", rates.stream().map(indicator::burnsAt).collect(Collectors.joining("\nor\n")));
		rule.put("labels", labels);
		rule.put("annotations", annotations(indicator, rates, runbookUrl));
		return rule;
	}

	private static Map<String, Object> annotations(Indicator indicator, List<BurnRate> rates, String runbookUrl) {
		ServiceLevelObjective slo = indicator.slo();
		String windows = rates.stream().map(BurnRate::longWindow).collect(Collectors.joining(" or "));
		Map<String, Object> annotations = new LinkedHashMap<>();
		annotations.put("summary", "{{ $labels.job }} burns the error budget of {{ $labels.slo }}");
		annotations.put("description",
				("{{ $value | humanizePercentage }} of the requests %s of the last %s were answered with 5xx "
						+ "or took longer than %s seconds. %s %% may.")
					.formatted(plain(indicator.requests()), windows, slo.seconds(),
							indicator.budget().movePointRight(2).stripTrailingZeros().toPlainString()));
		if (!runbookUrl.isEmpty()) {
			annotations.put("runbook_url", plain(runbookUrl));
		}
		return annotations;
	}

	/** Nothing that a template of Prometheus would take for an action. */
	private static String plain(String text) {
		return text.replace("{{", "{{ \"{{\" }}");
	}

}
