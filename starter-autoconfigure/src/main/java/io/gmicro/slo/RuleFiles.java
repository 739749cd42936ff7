package io.gmicro.slo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/**
 * Writes the recording and alerting rules of objectives for Prometheus, and tests of
 * these rules for promtool.
 */
public final class RuleFiles {

	static final String ALERT = "ErrorBudgetBurn";

	private static final String FILE = "slo.yml";

	private static final String HEADER = "# Made from gmicro.slo by --gmicro.rules. Change it there.\n";

	private RuleFiles() {
	}

	/**
	 * Write {@code rules/slo.yml} and {@code tests/slo.yml} to a directory. Existing
	 * files are replaced.
	 * @param directory the directory, created if it does not exist
	 * @param job the job under which Prometheus scrapes the service
	 * @param runbookUrl the {@code runbook_url} of the alerts, empty for none
	 * @param objectives valid objectives by name
	 * @return the files
	 * @throws IOException if they cannot be written
	 */
	public static List<Path> write(Path directory, String job, String runbookUrl,
			Map<String, ServiceLevelObjective> objectives) throws IOException {
		List<Indicator> indicators = objectives.entrySet()
			.stream()
			.map((slo) -> new Indicator(job, slo.getKey(), slo.getValue()))
			.toList();
		Map<String, Object> rules = Map.of("groups",
				indicators.stream().map((indicator) -> group(indicator, runbookUrl)).toList());
		return List.of(write(directory.resolve("rules"), rules),
				write(directory.resolve("tests"), RuleTestFile.of("../rules/" + FILE, indicators)));
	}

	private static Path write(Path directory, Map<String, Object> document) throws IOException {
		DumperOptions options = new DumperOptions();
		options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
		options.setSplitLines(false);
		options.setDereferenceAliases(true);
		options.setIndicatorIndent(2);
		options.setIndentWithIndicator(true);
		return Files.writeString(Files.createDirectories(directory).resolve(FILE),
				HEADER + new Yaml(options).dump(document));
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
		rules.add(recording(Indicator.OBJECTIVE, "vector(" + indicator.slo().ratio().toPlainString() + ")",
				indicator.labels()));
		Map<String, String> name = Map.of("slo", indicator.name());
		rules.add(recording(Indicator.REQUESTS, indicator.requestRate(), name));
		rules.add(recording(Indicator.ERRORS, indicator.errorRate(), name));
		for (String window : BurnRate.WINDOWS) {
			rules.add(recording(Indicator.errorRatio(window), indicator.errorRatioIn(window), name));
		}
		rules.add(recording(Indicator.BUDGET_REMAINING, indicator.budgetRemaining(), name));
		rules.add(alert(indicator, BurnRate.PAGE, runbookUrl));
		rules.add(alert(indicator, BurnRate.TICKET, runbookUrl));
		return rules;
	}

	private static Map<String, Object> recording(String record, String expression, Map<String, String> labels) {
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
		String windows = rates.stream().map(BurnRate::longWindow).collect(Collectors.joining(" or "));
		Map<String, Object> annotations = new LinkedHashMap<>();
		annotations.put("summary", "{{ $labels.job }} burns the error budget of {{ $labels.slo }}");
		annotations.put("description",
				("{{ $value | humanizePercentage }} of the requests %s of the last %s were answered with 5xx "
						+ "or took longer than %s seconds. %s %% may.")
					.formatted(escape(indicator.requests()), windows, indicator.slo().seconds(),
							indicator.budget().movePointRight(2).stripTrailingZeros().toPlainString()));
		if (!runbookUrl.isEmpty()) {
			annotations.put("runbook_url", escape(runbookUrl));
		}
		return annotations;
	}

	/** Keeps Prometheus from interpreting text as an action of a template. */
	private static String escape(String text) {
		return text.replace("{{", "{{ \"{{\" }}");
	}

}
