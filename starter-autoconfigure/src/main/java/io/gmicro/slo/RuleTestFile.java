package io.gmicro.slo;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Tests of the rules for {@code promtool test rules}. As each test evaluates the rules of
 * all objectives, each scenario is one test for all of them. Objectives of the same route
 * share their series, so they are in separate tests.
 */
final class RuleTestFile {

	private RuleTestFile() {
	}

	static Map<String, Object> of(String rules, Collection<Indicator> indicators) {
		Map<String, Object> file = new LinkedHashMap<>();
		file.put("rule_files", List.of(rules));
		file.put("evaluation_interval", "5m");
		file.put("tests", distinctRoutes(indicators).stream().flatMap((batch) -> tests(batch).stream()).toList());
		return file;
	}

	private static List<List<Indicator>> distinctRoutes(Collection<Indicator> indicators) {
		List<List<Indicator>> batches = new ArrayList<>();
		for (Indicator indicator : indicators) {
			batches.stream()
				.filter((batch) -> batch.stream()
					.noneMatch((other) -> other.slo().route().equals(indicator.slo().route())))
				.findFirst()
				.orElseGet(() -> {
					batches.add(new ArrayList<>());
					return batches.get(batches.size() - 1);
				})
				.add(indicator);
		}
		return batches;
	}

	private static List<Object> tests(List<Indicator> indicators) {
		return indicators.stream()
			.flatMap((indicator) -> new Scenarios(indicator).list().stream())
			.collect(Collectors.groupingBy(Scenario::name, LinkedHashMap::new, Collectors.toList()))
			.entrySet()
			.stream()
			.map((scenario) -> test(scenario.getKey(), scenario.getValue()))
			.toList();
	}

	private static Object test(String name, List<Scenario> scenarios) {
		Map<String, Object> test = new LinkedHashMap<>();
		test.put("name", name + ": "
				+ scenarios.stream().map((scenario) -> scenario.indicator().name()).collect(Collectors.joining(", ")));
		test.put("interval", "1m");
		test.put("input_series",
				scenarios.stream().flatMap((scenario) -> scenario.traffic().series().stream()).toList());
		test.put("promql_expr_test",
				scenarios.stream().flatMap((scenario) -> scenario.expectations().stream()).toList());
		return test;
	}

}
