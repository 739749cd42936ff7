package io.gmicro.custom;

import java.util.Set;

import io.micrometer.core.instrument.Meter;

/**
 * The names of a metric in Prometheus; those of a counter without the suffix. Two metrics
 * must not have a name in common.
 */
public final class PublishedNames {

	private static final String COUNTER_SUFFIX = "_total";

	private PublishedNames() {
	}

	/** Returns the name without the suffix that every counter is published with. */
	static String stem(String name) {
		return name.endsWith(COUNTER_SUFFIX) ? name.substring(0, name.length() - COUNTER_SUFFIX.length()) : name;
	}

	static Set<String> of(String stem, boolean distribution) {
		return distribution ? Set.of(stem, stem + "_bucket", stem + "_count", stem + "_sum", stem + "_max")
				: Set.of(stem);
	}

	/**
	 * Return the names under which Micrometer's Prometheus registry publishes a meter.
	 * @param id the id of the meter
	 * @return the names
	 */
	public static Set<String> of(Meter.Id id) {
		Meter.Type type = id.getType();
		boolean timer = type == Meter.Type.TIMER || type == Meter.Type.LONG_TASK_TIMER;
		String name = underscored(id.getName());
		String unit = timer ? "seconds" : underscored((id.getBaseUnit() != null) ? id.getBaseUnit() : "");
		String stem = (unit.isEmpty() || name.endsWith("_" + unit)) ? name : name + "_" + unit;
		return of(stem(stem), timer || type == Meter.Type.DISTRIBUTION_SUMMARY);
	}

	private static String underscored(String name) {
		return name.replaceAll("[^a-zA-Z0-9_]", "_");
	}

}
