package io.gmicro.meter;

import java.util.regex.Pattern;

/**
 * Replaces unpaired surrogates, which UTF-8 cannot encode. Label values that differ only
 * in these would be different series here but the same series in a scrape.
 */
public final class WellFormed {

	private static final Pattern UNPAIRED_SURROGATE = Pattern.compile("\\p{Cs}");

	private WellFormed() {
	}

	/**
	 * Replace each unpaired surrogate by U+FFFD.
	 * @param text any text
	 * @return the text without unpaired surrogates
	 */
	public static String of(String text) {
		return hasSurrogate(text) ? UNPAIRED_SURROGATE.matcher(text).replaceAll("\uFFFD") : text;
	}

	/** Clients may send new values with each request, so this does not allocate. */
	private static boolean hasSurrogate(String text) {
		for (int i = 0; i < text.length(); i++) {
			if (Character.isSurrogate(text.charAt(i))) {
				return true;
			}
		}
		return false;
	}

}
