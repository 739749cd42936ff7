package com.acme.shop;

import java.util.regex.Pattern;

/**
 * Checks what clients send with a regular expression that backtracks.
 */
final class Search {

	private static final Pattern NAME = Pattern.compile("(a|aa)+\\1b");

	private Search() {
	}

	static boolean isName(String name) {
		return NAME.matcher(name).matches();
	}

}
