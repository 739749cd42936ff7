package io.gmicro.slo;

import java.math.BigDecimal;
import java.util.List;

/**
 * How many times faster than its objective allows a service may fail before somebody is
 * told, over a long window that makes sure and a short one that notices the end.
 *
 * @param factor how many times faster
 * @param longWindow a range of PromQL
 * @param shortWindow a range of PromQL
 * @param severity who is told
 * @see <a href="https://sre.google/workbook/alerting-on-slos/">The Site Reliability
 * Workbook, Alerting on SLOs</a>
 */
record BurnRate(BigDecimal factor, String longWindow, String shortWindow, String severity) {

	static final String PAGE = "page";

	static final String TICKET = "ticket";

	/** The fastest first. */
	static final List<BurnRate> ALL = List.of(new BurnRate(new BigDecimal("14.4"), "1h", "5m", PAGE),
			new BurnRate(new BigDecimal("6"), "6h", "30m", PAGE), new BurnRate(new BigDecimal("3"), "1d", "2h", TICKET),
			new BurnRate(new BigDecimal("1"), "3d", "6h", TICKET));

	/** Every window of {@link #ALL}. */
	static final List<String> WINDOWS = List.of("5m", "30m", "1h", "2h", "6h", "1d", "3d");

	/**
	 * Those that an error budget can burn at: no more than every request can fail.
	 */
	static List<BurnRate> reachable(BigDecimal budget) {
		return ALL.stream().filter((rate) -> rate.threshold(budget).compareTo(BigDecimal.ONE) < 0).toList();
	}

	BigDecimal threshold(BigDecimal budget) {
		return this.factor.multiply(budget);
	}

}
