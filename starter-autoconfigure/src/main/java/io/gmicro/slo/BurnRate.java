package io.gmicro.slo;

import java.math.BigDecimal;
import java.util.List;

/**
 * A condition of an alert: a service uses its error budget this many times faster than
 * the objective allows. A long window avoids alerts for short bursts, and with the short
 * window the alert ends soon after the errors.
 *
 * @param factor how many times faster than allowed
 * @param longWindow a range of PromQL
 * @param shortWindow a range of PromQL
 * @param severity the severity of the alert
 * @see <a href="https://sre.google/workbook/alerting-on-slos/">The Site Reliability
 * Workbook, Alerting on SLOs</a>
 */
record BurnRate(BigDecimal factor, String longWindow, String shortWindow, String severity) {

	static final String PAGE = "page";

	static final String TICKET = "ticket";

	/** Fastest rate first. */
	static final List<BurnRate> ALL = List.of(new BurnRate(new BigDecimal("14.4"), "1h", "5m", PAGE),
			new BurnRate(new BigDecimal("6"), "6h", "30m", PAGE), new BurnRate(new BigDecimal("3"), "1d", "2h", TICKET),
			new BurnRate(new BigDecimal("1"), "3d", "6h", TICKET));

	/** All windows of {@link #ALL}. */
	static final List<String> WINDOWS = List.of("5m", "30m", "1h", "2h", "6h", "1d", "3d");

	/** Returns the rates at which a budget can burn: at most all requests fail. */
	static List<BurnRate> reachable(BigDecimal budget) {
		return ALL.stream().filter((rate) -> rate.threshold(budget).compareTo(BigDecimal.ONE) < 0).toList();
	}

	BigDecimal threshold(BigDecimal budget) {
		return this.factor.multiply(budget);
	}

}
