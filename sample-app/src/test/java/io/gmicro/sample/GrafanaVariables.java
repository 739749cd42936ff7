package io.gmicro.sample;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import tools.jackson.databind.JsonNode;

/**
 * Puts the values of variables into expressions as Grafana's data source for Prometheus
 * does: values of a variable that may have several are escaped for a regular expression
 * within a string of PromQL, and the value for all is put in as it is.
 */
final class GrafanaVariables {

	/** A name that begins with a digit is a group of a regular expression. */
	private static final Pattern REFERENCE = Pattern.compile("\\$(?:([A-Za-z_]\\w*)|\\{([A-Za-z_]\\w*)})");

	private static final Pattern SPECIAL = Pattern.compile("[$^*{}\\[\\]+?.()|]");

	private final Map<String, String> texts = new HashMap<>();

	GrafanaVariables(Map<String, String> builtIn) {
		this.texts.putAll(builtIn);
	}

	/** One value, or several. */
	GrafanaVariables set(JsonNode variable, List<String> values) {
		boolean regularExpression = variable.path("multi").asBoolean() || variable.path("includeAll").asBoolean();
		if (!regularExpression) {
			return set(variable, String.join("", values).replace("\\", "\\\\"));
		}
		String text = values.stream().map(GrafanaVariables::escaped).collect(Collectors.joining("|"));
		return set(variable, (values.size() == 1) ? text : "(" + text + ")");
	}

	GrafanaVariables setAll(JsonNode variable) {
		return set(variable, variable.path("allValue").asString());
	}

	private GrafanaVariables set(JsonNode variable, String text) {
		this.texts.put(variable.path("name").asString(), text);
		return this;
	}

	private static String escaped(String value) {
		return SPECIAL.matcher(value.replace("\\", "\\\\\\\\"))
			.replaceAll((match) -> Matcher.quoteReplacement("\\\\" + match.group()));
	}

	String replaceIn(String expression) {
		return REFERENCE.matcher(expression).replaceAll((reference) -> Matcher.quoteReplacement(text(reference)));
	}

	private String text(MatchResult reference) {
		String name = (reference.group(1) != null) ? reference.group(1) : reference.group(2);
		if (!this.texts.containsKey(name)) {
			throw new AssertionError("There is no variable " + name);
		}
		return this.texts.get(name);
	}

}
