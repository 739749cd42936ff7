package io.gmicro.benchmarks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * How a cost grows: a row for each size, from the smallest on, with the cost over that of
 * the first row and by how much it was multiplied with each doubling of the size since
 * the row before. A step shows in that last column.
 */
final class Slope {

	private final String format;

	private final StringBuilder table;

	private final List<List<Double>> costs = new ArrayList<>();

	private int size;

	/**
	 * Begin a table.
	 * @param axis what grows
	 * @param cost what is measured
	 * @param format how a cost is written
	 */
	Slope(String axis, String cost, String format) {
		this.format = format;
		this.table = new StringBuilder(String.format(Locale.ROOT,
				"| %s | %s | times the first row | times, a doubling |%n|---:|---|---|---|%n", axis, cost));
	}

	/**
	 * Add a row.
	 * @param size larger than that of the row before
	 * @param rounds what was measured, round by round
	 * @return this
	 */
	Slope add(int size, List<Double> rounds) {
		String first = "";
		String doubling = "";
		if (!this.costs.isEmpty()) {
			double doublings = Math.log((double) size / this.size) / Math.log(2);
			first = Spread.of("%.2f", over(rounds, this.costs.get(0)));
			doubling = Spread.of("%.2f",
					over(rounds, this.costs.get(this.costs.size() - 1)).stream()
						.map((ratio) -> Math.pow(ratio, 1 / doublings))
						.toList());
		}
		this.table.append(String.format(Locale.ROOT, "| %,d | %s | %s | %s |%n", size, Spread.of(this.format, rounds),
				first, doubling));
		this.costs.add(rounds);
		this.size = size;
		return this;
	}

	private static List<Double> over(List<Double> rounds, List<Double> others) {
		List<Double> ratios = new ArrayList<>();
		for (int round = 0; round < rounds.size(); round++) {
			ratios.add(rounds.get(round) / others.get(round));
		}
		return Collections.unmodifiableList(ratios);
	}

	@Override
	public String toString() {
		return this.table.toString();
	}

}
