package io.gmicro.meter;

/**
 * Text that has a form in UTF-8. Values that differ in unpaired surrogates only would be
 * different series here and the same one where they are read.
 */
public final class WellFormed {

	private static final char REPLACEMENT = '\uFFFD';

	private WellFormed() {
	}

	/**
	 * Replaces each surrogate that has no partner by U+FFFD.
	 * @param text any text
	 * @return the same text if there is none
	 */
	public static String of(String text) {
		char[] replaced = null;
		int length = text.length();
		for (int i = 0; i < length; i++) {
			char c = text.charAt(i);
			if (!Character.isSurrogate(c)) {
				continue;
			}
			if (Character.isHighSurrogate(c) && i + 1 < length && Character.isLowSurrogate(text.charAt(i + 1))) {
				i++;
				continue;
			}
			replaced = (replaced != null) ? replaced : text.toCharArray();
			replaced[i] = REPLACEMENT;
		}
		return (replaced != null) ? new String(replaced) : text;
	}

}
