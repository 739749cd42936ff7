package io.gmicro.slo;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Tests of the rules of objectives for {@code promtool test rules}: when alerts fire,
 * when they do not, and when they end.
 */
final class RuleTestFile {

	private static final BigDecimal HALF = new BigDecimal("0.5");

	private final Indicator indicator;

	private final BigDecimal budget;

	private final List<BurnRate> rates;

	private final List<Object> tests = new ArrayList<>();

	private RuleTestFile(Indicator indicator) {
		this.indicator = indicator;
		this.budget = indicator.budget();
		this.rates = BurnRate.reachable(this.budget);
		healthy();
		withinBudget();
		this.rates.forEach(this::burning);
		outage();
		burst();
		recovery();
		idle();
	}

	static Map<String, Object> of(String rules, Collection<Indicator> indicators) {
		Map<String, Object> file = new LinkedHashMap<>();
		file.put("rule_files", List.of(rules));
		file.put("evaluation_interval", "5m");
		file.put("tests",
				indicators.stream().flatMap((indicator) -> new RuleTestFile(indicator).tests.stream()).toList());
		return file;
	}

	private void healthy() {
		add("no request fails", new Traffic(this.indicator).healthy(60),
				new Expectations(this.indicator).objective("1h")
					.about("1h", Indicator.errorRatio("1h"), BigDecimal.ZERO)
					.about("1h", Indicator.BUDGET_REMAINING, BigDecimal.ONE)
					.alerts("1h", List.of()));
	}

	private void withinBudget() {
		BigDecimal share = this.budget.multiply(new BigDecimal("0.9"));
		add("fewer requests fail than may", new Traffic(this.indicator).errors(Map.of(share, 60)),
				new Expectations(this.indicator).about("1h", Indicator.errorRatio("5m"), share)
					.about("1h", Indicator.errorRatio("3d"), share)
					.about("1h", Indicator.BUDGET_REMAINING, new BigDecimal("0.1"))
					.alerts("1h", List.of()));
	}

	private void burning(BurnRate rate) {
		BigDecimal share = above(rate);
		add("errors burn the budget " + rate.factor() + " times too fast",
				new Traffic(this.indicator).errors(Map.of(share, 30)),
				new Expectations(this.indicator).about("30m", Indicator.errorRatio("5m"), share)
					.alerts("30m", severities(share)));
	}

	/** Not as much as the next faster rate. */
	private BigDecimal above(BurnRate rate) {
		int index = this.rates.indexOf(rate);
		BigDecimal next = (index > 0) ? this.rates.get(index - 1).threshold(this.budget) : BigDecimal.ONE;
		return rate.threshold(this.budget).add(next).multiply(HALF);
	}

	private List<String> severities(BigDecimal share) {
		return this.rates.stream()
			.filter((rate) -> rate.threshold(this.budget).compareTo(share) < 0)
			.map(BurnRate::severity)
			.distinct()
			.toList();
	}

	private void outage() {
		add("every request fails, and none ever succeeded", new Traffic(this.indicator).failing(30),
				new Expectations(this.indicator).about("30m", Indicator.errorRatio("30m"), BigDecimal.ONE)
					.alerts("30m", List.of(BurnRate.PAGE, BurnRate.TICKET)));
	}

	/** The short window alone would fire. */
	private void burst() {
		BigDecimal share = this.budget.multiply(new BigDecimal("15")).min(BigDecimal.ONE);
		Map<BigDecimal, Integer> minutes = new LinkedHashMap<>();
		minutes.put(BigDecimal.ZERO, 360);
		minutes.put(share, 5);
		add("a short burst of errors after six good hours", new Traffic(this.indicator).errors(minutes),
				new Expectations(this.indicator).about("6h5m", Indicator.errorRatio("5m"), share)
					.alerts("6h5m", List.of()));
	}

	/** The long windows alone would go on. */
	private void recovery() {
		Map<BigDecimal, Integer> minutes = new LinkedHashMap<>();
		minutes.put(above(this.rates.get(0)), 10);
		minutes.put(BigDecimal.ZERO, 410);
		add("ten bad minutes, and good hours after them", new Traffic(this.indicator).errors(minutes),
				new Expectations(this.indicator).alerts("10m", List.of(BurnRate.PAGE, BurnRate.TICKET))
					.alerts("45m", List.of(BurnRate.TICKET))
					.alerts("7h", List.of()));
	}

	private void idle() {
		add("no requests", new Traffic(this.indicator).idle(30),
				new Expectations(this.indicator).nothing("30m", Indicator.errorRatio("5m"))
					.nothing("30m", Indicator.BUDGET_REMAINING)
					.alerts("30m", List.of()));
	}

	private void add(String name, Traffic traffic, Expectations expectations) {
		Map<String, Object> test = new LinkedHashMap<>();
		test.put("name", this.indicator.name() + ": " + name);
		test.put("interval", "1m");
		test.put("input_series", traffic.series());
		test.put("promql_expr_test", expectations.list());
		this.tests.add(test);
	}

}
