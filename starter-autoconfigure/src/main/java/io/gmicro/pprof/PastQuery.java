package io.gmicro.pprof;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

import io.gmicro.jfr.ProfilingException;
import org.jspecify.annotations.Nullable;

/**
 * The parameters that select a time span of the past: {@code ago}, or {@code from} and
 * {@code to}, with {@code seconds} for its length, and {@code base} for an earlier one of
 * the same length to compare with. Durations are written as in Go or in seconds, times as
 * in RFC 3339 or in seconds since 1970.
 */
final class PastQuery {

	private static final Pattern INTEGER = Pattern.compile("[+]?[0-9]{1,18}");

	private static final Pattern NUMBER = Pattern.compile("[+]?[0-9]{1,18}(?:\\.[0-9]{0,9})?");

	/** As Go writes durations, such as {@code 1h30m} or {@code 1.5s}. */
	private static final Pattern DURATION = Pattern
		.compile("[+]?(?:[0-9]{1,18}(?:\\.[0-9]{0,18})?(?:ns|us|µs|μs|ms|s|m|h))+");

	private static final Pattern DURATION_PART = Pattern.compile("([0-9.]+)([a-zµμ]+)");

	private static final int LONGEST = 40;

	/** A number that is less is a duration. */
	private static final BigDecimal FIRST_TIME = BigDecimal.valueOf(1_000_000_000);

	private final UnaryOperator<String> parameters;

	private final Duration kept;

	private final Instant now;

	/**
	 * Creates a query.
	 * @param parameters returns a parameter, empty if it is absent
	 * @param kept how long profiles are kept
	 * @param now the current time
	 */
	PastQuery(UnaryOperator<String> parameters, Duration kept, Instant now) {
		this.parameters = parameters;
		this.kept = kept;
		this.now = now;
	}

	/**
	 * Reads the parameters.
	 * @return the time span, or {@code null} if none is of the past
	 * @throws ProfilingException if they are invalid, or profiles are not kept so long
	 */
	@Nullable Past read() throws ProfilingException {
		String ago = parameter("ago");
		String from = parameter("from");
		String to = parameter("to");
		if (ago.isEmpty() && from.isEmpty() && to.isEmpty()) {
			require(parameter("base").isEmpty(), "base needs ago or from");
			return null;
		}
		require(ago.isEmpty() || (from.isEmpty() && to.isEmpty()), "use either ago, or from and to");
		require(to.isEmpty() || parameter("seconds").isEmpty() || from.isEmpty(), "use two of from, to and seconds");
		require(!ago.isEmpty() || !from.isEmpty() || !parameter("seconds").isEmpty(), "to needs from or seconds");
		Past past = ago.isEmpty() ? between(from, to) : since(ago("ago"));
		require(past.ago().compareTo(this.kept) <= 0 && past.length().compareTo(this.kept) <= 0,
				(past.ago().compareTo(this.kept) > 0 ? ago.isEmpty() ? "from" : "ago" : "seconds") + " exceeds the "
						+ this.kept.toSeconds() + " seconds that are kept");
		require(past.length().compareTo(past.ago()) <= 0, "the time span ends in the future: " + (ago.isEmpty()
				? "it is " + this.now.truncatedTo(ChronoUnit.SECONDS) + " now" : "seconds must be at most ago"));
		return past.comparedTo(base(past));
	}

	private Past since(Duration ago) throws ProfilingException {
		return new Past(ago, length(ago), null);
	}

	private Past between(String from, String to) throws ProfilingException {
		Instant end = to.isEmpty() ? this.now : time("to");
		Instant start = from.isEmpty() ? end.minus(length(Duration.ZERO)) : time("from");
		Duration length = to.isEmpty() ? length(Duration.between(start, end)) : Duration.between(start, end);
		require(length.compareTo(Duration.ZERO) > 0, "from must be before to");
		return new Past(Duration.between(start, this.now), length, null);
	}

	private Duration length(Duration otherwise) throws ProfilingException {
		String seconds = parameter("seconds");
		if (seconds.isEmpty()) {
			return otherwise;
		}
		require(seconds.matches("[+]?[0-9]{1,18}") && Long.parseLong(seconds) > 0, ProfileQuery.INVALID_SECONDS);
		return Duration.ofSeconds(Long.parseLong(seconds));
	}

	private @Nullable Duration base(Past past) throws ProfilingException {
		String text = parameter("base");
		if (text.isEmpty()) {
			return null;
		}
		boolean isTime = !DURATION.matcher(text).matches()
				&& !(NUMBER.matcher(text).matches() && new BigDecimal(text).compareTo(FIRST_TIME) < 0);
		Duration base = isTime ? Duration.between(time("base"), this.now) : ago("base");
		require(base.compareTo(past.length()) >= 0, "base ends in the future");
		require(base.compareTo(this.kept) <= 0, "base exceeds the " + this.kept.toSeconds() + " seconds that are kept");
		return base;
	}

	/** The time since a moment. */
	private Duration ago(String name) throws ProfilingException {
		Duration ago = duration(parameter(name));
		require(!ago.isNegative() && !ago.isZero(), "invalid value for \"" + name
				+ "\" - must be a positive duration such as 90s, 5m or 1h, or a number of seconds");
		return ago;
	}

	/** Zero if it is invalid. */
	private static Duration duration(String text) {
		String withUnit = INTEGER.matcher(text).matches() ? text + "s" : text;
		if (text.length() > LONGEST || !DURATION.matcher(withUnit).matches()) {
			return Duration.ZERO;
		}
		BigDecimal nanos = DURATION_PART.matcher(withUnit)
			.results()
			.map((part) -> new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(nanos(part.group(2)))))
			.reduce(BigDecimal.ZERO, BigDecimal::add);
		return Duration.ofNanos(nanos.min(BigDecimal.valueOf(Long.MAX_VALUE)).longValue());
	}

	private static long nanos(String unit) {
		return switch (unit) {
			case "ns" -> 1;
			case "us", "µs", "μs" -> TimeUnit.MICROSECONDS.toNanos(1);
			case "ms" -> TimeUnit.MILLISECONDS.toNanos(1);
			case "s" -> TimeUnit.SECONDS.toNanos(1);
			case "m" -> TimeUnit.MINUTES.toNanos(1);
			default -> TimeUnit.HOURS.toNanos(1);
		};
	}

	private Instant time(String name) throws ProfilingException {
		String text = parameter(name);
		try {
			if (NUMBER.matcher(text).matches()) {
				BigDecimal seconds = new BigDecimal(text);
				return Instant.ofEpochSecond(seconds.longValue(),
						seconds.remainder(BigDecimal.ONE).movePointRight(9).longValue());
			}
			if (text.length() <= LONGEST) {
				// A plus sign in a query is a space
				return OffsetDateTime.parse(text.replace(' ', '+')).toInstant();
			}
		}
		catch (DateTimeException ex) {
			// Refused below
		}
		throw new ProfilingException(400, "invalid value for \"" + name
				+ "\" - must be a time such as 2026-01-31T23:59:00Z, or the number of seconds since 1970");
	}

	private String parameter(String name) {
		return this.parameters.apply(name);
	}

	private static void require(boolean valid, String otherwise) throws ProfilingException {
		if (!valid) {
			throw new ProfilingException(400, otherwise);
		}
	}

}
