package io.gmicro.pprof;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds what looks like a secret in one argument of a command line, and rather too much
 * than too little.
 */
final class Secrets {

	static final String MASK = "******";

	/** Anywhere, after everything that could divide them was taken out. */
	private static final Pattern WORDS = Pattern.compile(
			"passw|passphrase|passcode|pwd|secret|token|credential|auth|bearer|jwt|session|cookie|signature|signing"
					+ "|vcapservices|connectionstring|private|cipher");

	/** Whole words, beginnings and endings of words. */
	private static final Pattern WORD_PARTS = Pattern.compile(
			"(?<![a-z])(hmac|pw|sig|pin|otp|pat|dsn|basic)(?![a-z])" + "|(?<![a-z])(key|pass|cert|cred|pem|salt|sas)"
					+ "|(?<!mon|don|tur|hoc|joc|whis)(key|pass|cert|cred|pem|salt|sas)s?(?![a-z])");

	/** The one-letter options for which tools take a password, a key or a user. */
	private static final Pattern OPTIONS = Pattern.compile("-[pPkKuU]");

	/** What a look-alike of an ASCII letter could hide behind. */
	private static final Pattern NOT_ASCII = Pattern.compile("\\P{ASCII}");

	private static final Pattern HUMP = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])");

	private static final Pattern DIVIDER = Pattern.compile("[-_.\\s\\p{Cntrl}]+");

	/**
	 * User information, queries, JSON and placeholders, properties of a JVM that came too
	 * late, and the forms in which well-known services issue their tokens, UUIDs among
	 * them.
	 */
	private static final Pattern SHAPES = Pattern.compile("@.*[:/]|[:/].*@|://.*[?;#]|[?&;][^?&;=]*=|[{]|^-D|-----BEGIN"
			+ "|eyJ[A-Za-z0-9_-]{8}|(AKIA|ASIA|AGPA|AROA|ABIA|ACCA)[A-Z0-9]{12}|AIza[\\w-]{20}|ya29\\.|gh[a-z]_\\w{16}"
			+ "|github_pat_|glpat-|xox[a-z]-|xapp-|[srp]k_(live|test)_|\\bsk-[\\w-]{16}|SG\\.[\\w-]{16}|hv[sbr]\\.\\w{16}"
			+ "|npm_\\w{16}|pypi-|hf_\\w{16}|dop_v1_|shp[a-z]{2}_|AGE-SECRET|https://hooks\\."
			+ "|\\p{XDigit}{8}-?(\\p{XDigit}{4}-?){3}\\p{XDigit}{12}", Pattern.DOTALL);

	private static final Pattern RUN = Pattern.compile("[A-Za-z0-9+/_-]{20,}");

	/** Hardly ever so frequent in words, nearly always in what was drawn by lot. */
	private static final Pattern CHANGE = Pattern
		.compile("(?<=[a-z])(?=[A-Z0-9])|(?<=[A-Z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])");

	private static final int LENGTH_PER_CHANGE = 5;

	/** A name with all that stands before it, as in <code>{"db.user</code>. */
	private static final Pattern NAME = Pattern.compile("[\\p{Punct}\\s]*+[\\p{L}\\p{M}\\p{N}._-]*+");

	private static final Pattern SEPARATOR = Pattern.compile("\"?[=:]");

	private static final Pattern OPTION_INSIDE = Pattern.compile("[=:,\"'\\s](?=-)");

	private Secrets() {
	}

	/**
	 * Masks everything behind the name with which the argument begins, or all of it if it
	 * has no name that may be shown.
	 */
	static String mask(String argument) {
		String name = name(argument);
		String rest = argument.substring(name.length());
		if (isShapedLikeSecret(argument)) {
			boolean isName = SEPARATOR.matcher(rest).lookingAt() && !isShapedLikeSecret(name.replace("{", ""));
			return isName ? name + rest.charAt(0) + MASK : MASK;
		}
		return (isNamedSecret(argument) && hasValue(rest)) ? name + Character.toString(rest.codePointAt(0)) + MASK
				: argument;
	}

	/**
	 * Whether the secret is the next argument, as in {@code --password hunter2}.
	 */
	static boolean announce(String argument) {
		String[] options = OPTION_INSIDE.split(argument, -1);
		String last = options[options.length - 1];
		return (isNamedSecret(last) || OPTIONS.matcher(last).matches())
				&& !hasValue(last.substring(name(last).length()));
	}

	/**
	 * Whether there is more than punctuation, as {@code =} between blanks would be.
	 */
	static boolean hasValue(String text) {
		return text.codePoints().anyMatch(Character::isLetterOrDigit);
	}

	private static String name(String argument) {
		Matcher name = NAME.matcher(argument);
		return name.lookingAt() ? name.group() : "";
	}

	private static boolean isNamedSecret(String argument) {
		String words = HUMP.matcher(argument).replaceAll(" ").toLowerCase(Locale.ROOT);
		return NOT_ASCII.matcher(argument).find() || WORD_PARTS.matcher(words).find()
				|| WORDS.matcher(DIVIDER.matcher(words).replaceAll("")).find();
	}

	private static boolean isShapedLikeSecret(String argument) {
		return SHAPES.matcher(argument).find()
				|| RUN.matcher(argument).results().anyMatch((run) -> isDrawnByLot(run.group()));
	}

	private static boolean isDrawnByLot(String run) {
		return CHANGE.matcher(run).results().count() * LENGTH_PER_CHANGE >= run.length();
	}

}
