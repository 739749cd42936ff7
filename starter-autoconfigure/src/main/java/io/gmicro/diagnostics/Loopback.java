package io.gmicro.diagnostics;

import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * What names the loopback interface. Nothing is ever resolved, and a name or a number in
 * disguise does not.
 */
final class Loopback {

	private static final String IPV4 = "127(\\.(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])){3}";

	private static final String IPV6 = "::1|0:0:0:0:0:0:0:1|(::|0:0:0:0:0:)ffff:" + IPV4;

	/** The forms that the JDK and the containers write, and no others. */
	private static final Pattern ADDRESS = Pattern.compile(IPV4 + "|" + IPV6 + "|\\[(" + IPV6 + ")]",
			Pattern.CASE_INSENSITIVE);

	/** No browser resolves {@code localhost} and what is below it to anything else. */
	private static final String NAME = "([a-z0-9_-]{1,63}\\.){0,126}localhost";

	private static final Pattern HOST = Pattern
		.compile("((" + NAME + "|" + IPV4 + ")\\.?|\\[(" + IPV6 + ")])(:[0-9]{0,5})?", Pattern.CASE_INSENSITIVE);

	private Loopback() {
	}

	/**
	 * Whether an address of a socket is a loopback address.
	 */
	static boolean isAddress(@Nullable String address) {
		return address != null && ADDRESS.matcher(address).matches();
	}

	/**
	 * Whether the value of a header {@code Host}, with or without port, names loopback.
	 */
	static boolean isHost(@Nullable String host) {
		return host != null && HOST.matcher(host).matches();
	}

}
