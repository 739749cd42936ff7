package io.gmicro.slo;

import java.util.Map;
import java.util.stream.Collectors;

/**
 * Writes what the expressions of Prometheus are made of.
 */
final class PromQl {

	private PromQl() {
	}

	/** A text in quotes. */
	static String string(String text) {
		return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"";
	}

	/** Labels with these values. */
	static String labels(Map<String, String> labels) {
		return labels.entrySet()
			.stream()
			.map((label) -> label.getKey() + "=" + string(label.getValue()))
			.collect(Collectors.joining(","));
	}

	/** A series, or the selection of one. */
	static String series(String name, Map<String, String> labels) {
		return name + "{" + labels(labels) + "}";
	}

}
