package io.gmicro.diagnostics;

/**
 * Escapes text from the application for output. Invisible characters (control and format
 * characters, line separators, unpaired surrogates) are written in the form
 * <code>&#92;u001b</code>, so that they cannot hide or reorder other text.
 */
public final class Escape {

	private Escape() {
	}

	/**
	 * Escape a line of plain text. Line breaks are escaped as well.
	 * @param text the text
	 * @return the text without invisible characters
	 */
	public static String text(String text) {
		StringBuilder escaped = new StringBuilder(text.length());
		text.codePoints().forEach((character) -> appendVisible(character, escaped));
		return escaped.toString();
	}

	/**
	 * Escape the content of an HTML element or a quoted attribute value.
	 * @param text the text
	 * @return the text without markup and invisible characters
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
	 * Escape the content of a JSON string, including angle brackets. A JSON parser
	 * returns the original text.
	 * @param text the text
	 * @return the escaped text
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
