package io.gmicro.slo;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All tests of an objective: when its alerts fire, when they do not, and when they end.
 */
final class Scenarios {

	private static final BigDecimal HALF = new BigDecimal("0.5");

	/** Number of digits that a share of requests has in addition to the budget's. */
	private static final int SHARE_DIGITS = 3;

	private static final int MOST_DIGITS = 12;

	private final Indicator indicator;

	private final BigDecimal budget;

	private final List<BurnRate> rates;

	private final List<Scenario> list = new ArrayList<>();

	Scenarios(Indicator indicator) {
		this.indicator = indicator;
		this.budget = indicator.budget();
		this.rates = BurnRate.reachable(this.budget);
		healthy();
		withinBudget();
		this.rates.forEach(this::burning);
		outage();
		burst();
		recovery();
		fewErrors();
		idle();
	}

	List<Scenario> list() {
		return this.list;
	}

	private void healthy() {
		add("no request fails", traffic().healthy(60)).objective("1h")
			.about("1h", Indicator.errorRatio("1h"), BigDecimal.ZERO)
			.about("1h", Indicator.BUDGET_REMAINING, BigDecimal.ONE)
			.alerts("1h", List.of());
	}

	private void withinBudget() {
		BigDecimal share = this.budget.multiply(new BigDecimal("0.9"));
		add("fewer requests fail than may", traffic().errors(Map.of(share, 60)))
			.about("1h", Indicator.errorRatio("5m"), share)
			.about("1h", Indicator.errorRatio("3d"), share)
			.about("1h", Indicator.BUDGET_REMAINING, new BigDecimal("0.1"))
			.alerts("1h", List.of());
	}

	private void burning(BurnRate rate) {
		BigDecimal share = above(rate);
		add("errors burn the budget " + rate.factor() + " times too fast", traffic().errors(Map.of(share, 30)))
			.about("30m", Indicator.errorRatio("5m"), share)
			.alerts("30m", severities(share));
	}

	/** Returns a share of errors between this rate and the next faster one. */
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
		add("every request fails, and none ever succeeded", traffic().failing(30))
			.about("30m", Indicator.errorRatio("30m"), BigDecimal.ONE)
			.alerts("30m", List.of(BurnRate.PAGE, BurnRate.TICKET));
	}

	/** The short window alone would make an alert fire. */
	private void burst() {
		BigDecimal share = this.budget.multiply(new BigDecimal("15")).min(BigDecimal.ONE);
		Map<BigDecimal, Integer> minutes = new LinkedHashMap<>();
		minutes.put(BigDecimal.ZERO, 360);
		minutes.put(share, 5);
		add("a short burst of errors after six good hours", traffic().errors(minutes))
			.about("6h5m", Indicator.errorRatio("5m"), share)
			.alerts("6h5m", List.of());
	}

	/** The long windows alone would keep the alerts firing. */
	private void recovery() {
		Map<BigDecimal, Integer> minutes = new LinkedHashMap<>();
		minutes.put(above(this.rates.get(0)), 10);
		minutes.put(BigDecimal.ZERO, 410);
		add("ten bad minutes, and good hours after them", traffic().errors(minutes))
			.alerts("10m", List.of(BurnRate.PAGE, BurnRate.TICKET))
			.alerts("45m", List.of(BurnRate.TICKET))
			.alerts("7h", List.of());
	}

	/** The ratio of errors alone would make an alert fire. */
	private void fewErrors() {
		int errors = this.indicator.slo().toleratedErrors() / 2;
		if (errors > 0) {
			add("half of a few requests fail",
					new Traffic(this.indicator, BigDecimal.valueOf(errors)).errors(Map.of(HALF, 1)).silence(30))
				.about("10m", Indicator.errorRatio("1h"), HALF)
				.alerts("5m", List.of())
				.alerts("10m", List.of());
		}
	}

	private void idle() {
		add("no requests", traffic().silence(30)).nothing("30m", Indicator.errorRatio("5m"))
			.nothing("30m", Indicator.BUDGET_REMAINING)
			.alerts("30m", List.of());
	}

	/**
	 * Returns enough requests for the slowest rate to exceed the tolerated errors within
	 * half an hour, and for each share to be a whole number: with fractions, promtool may
	 * see the reset of a counter.
	 */
	private Traffic traffic() {
		BigDecimal least = BigDecimal.valueOf(this.indicator.slo().toleratedErrors())
			.divide(this.budget.multiply(BigDecimal.valueOf(30)), 0, RoundingMode.CEILING);
		int digits = Math.max(least.precision(), this.budget.scale() + SHARE_DIGITS);
		return new Traffic(this.indicator, BigDecimal.ONE.movePointRight(Math.min(digits, MOST_DIGITS)));
	}

	private Scenario add(String name, Traffic traffic) {
		Scenario scenario = new Scenario(name, this.indicator, traffic);
		this.list.add(scenario);
		return scenario;
	}

}
