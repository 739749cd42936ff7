package io.gmicro.diagnostics;

/**
 * Makes text of the application harmless where it is shown. What cannot be seen (control
 * and format characters, line separators, halves of surrogate pairs) is written as
 * <code>&#92;u001b</code>, so that it neither hides nor turns around anything.
 */
public final class Escape {

	private Escape() {
	}

	/**
	 * For plain text. Line breaks become visible too, so that one line stays one line.
	 * @param text the text
	 * @return the text without anything invisible
	 */
	public static String text(String text) {
		StringBuilder escaped = new StringBuilder(text.length());
		text.codePoints().forEach((character) -> appendVisible(character, escaped));
		return escaped.toString();
	}

	/**
	 * For the content of an HTML element and for the value of an attribute in quotes.
	 * @param text the text
	 * @return the text without markup and without anything invisible
	 */
	public static String html(String text) {
		StringBuilder escaped = new StringBuilder(text.length() + 16);
		text.codePoints().forEach((character) -> {
			switch (character) {
				case '&' -> escaped.append("&amp;");
				case '<' -> escaped.append("&lt;");
				case '>' -> escaped.append("&gt;");
				case '"' -> escaped.append("&quot;");
				case '\'' -> escaped.append("&#39;");
				default -> appendVisible(character, escaped);
			}
		});
		return escaped.toString();
	}

	/**
	 * For between the quotes of a JSON string, from which it is read back exactly. It has
	 * no angle brackets either.
	 * @param text the text
	 * @return the text as JSON writes it
	 */
	public static String json(String text) {
		StringBuilder escaped = new StringBuilder(text.length() + 16);
		text.codePoints().forEach((character) -> {
			switch (character) {
				case '"' -> escaped.append("\\\"");
				case '\\' -> escaped.append("\\\\");
				case '<', '>', '&' -> appendUnits(character, escaped);
				default -> appendVisible(character, escaped);
			}
		});
		return escaped.toString();
	}

	private static void appendVisible(int character, StringBuilder escaped) {
		switch (Character.getType(character)) {
			case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.LINE_SEPARATOR,
					Character.PARAGRAPH_SEPARATOR, Character.UNASSIGNED, Character.PRIVATE_USE ->
				appendUnits(character, escaped);
			default -> escaped.appendCodePoint(character);
		}
	}

	private static void appendUnits(int character, StringBuilder escaped) {
		for (char unit : Character.toChars(character)) {
			escaped.append("\\u");
			for (int shift = 12; shift >= 0; shift -= 4) {
				escaped.append(Character.forDigit(unit >> shift & 0xf, 16));
			}
		}
	}

}
