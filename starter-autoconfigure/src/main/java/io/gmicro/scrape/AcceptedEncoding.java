package io.gmicro.scrape;

import java.util.Locale;

import org.jspecify.annotations.Nullable;

import org.springframework.util.StringUtils;

/**
 * Reads {@code Accept-Encoding} as RFC 9110, section 12.5.3 defines it, for the one
 * coding there is to choose.
 */
final class AcceptedEncoding {

	private AcceptedEncoding() {
	}

	static boolean gzip(@Nullable String header) {
		if (header == null) {
			return false;
		}
		boolean wildcard = false;
		for (String element : StringUtils.commaDelimitedListToStringArray(header.toLowerCase(Locale.ROOT))) {
			String[] parts = element.split(";", 2);
			String coding = parts[0].trim();
			boolean accepted = parts.length == 1 || !isZero(parts[1]);
			if (coding.equals("gzip") || coding.equals("x-gzip")) {
				return accepted;
			}
			wildcard |= coding.equals("*") && accepted;
		}
		return wildcard;
	}

	private static boolean isZero(String weight) {
		return weight.trim().matches("q\\s*=\\s*0(\\.0*)?");
	}

}
