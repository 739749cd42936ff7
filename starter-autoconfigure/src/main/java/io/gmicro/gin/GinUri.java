package io.gmicro.gin;

import io.gmicro.route.RouteLabels;

/**
 * Translates routes to gin's syntax: {@code /orders/:id}, {@code /files/*path}, and an
 * empty text if no template matched.
 */
final class GinUri {

	private static final String SUBTREE = "/**";

	private GinUri() {
	}

	static String of(String route) {
		return switch (route) {
			case RouteLabels.NOT_FOUND, RouteLabels.REDIRECTION, RouteLabels.UNKNOWN -> "";
			default -> translate(route);
		};
	}

	private static String translate(String template) {
		StringBuilder uri = new StringBuilder(template.length());
		int braces = 0;
		int start = 0;
		for (int i = 0; i < template.length(); i++) {
			char character = template.charAt(i);
			if (character == '{' && braces++ == 0) {
				start = i + 1;
			}
			else if (character == '}' && braces > 0 && --braces == 0) {
				uri.append(variable(template.substring(start, i)));
			}
			else if (braces == 0) {
				uri.append(character);
			}
			else if (character == '\\') {
				i++;
			}
		}
		String translated = uri.toString();
		return translated.endsWith(SUBTREE) ? translated.substring(0, translated.length() - SUBTREE.length()) + "/*path"
				: translated;
	}

	/** A variable without its regular expression. */
	private static String variable(String variable) {
		if (variable.startsWith("*")) {
			return variable;
		}
		int expression = variable.indexOf(':');
		return ":" + ((expression < 0) ? variable : variable.substring(0, expression));
	}

}
