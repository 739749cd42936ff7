package io.gmicro.sampling;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * How times are written.
 */
public final class TimeText {

	private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS", Locale.ROOT)
		.withZone(ZoneOffset.UTC);

	private static final DateTimeFormatter ISO = DateTimeFormatter
		.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
		.withZone(ZoneOffset.UTC);

	private TimeText() {
	}

	/** In the largest units that tell enough. */
	public static String text(Duration duration) {
		if (duration.toHours() > 0) {
			return duration.toHours() + " h " + duration.toMinutesPart() + " min";
		}
		if (duration.toMinutes() > 0) {
			return duration.toMinutes() + " min " + duration.toSecondsPart() + " s";
		}
		return seconds(duration) + " s";
	}

	/** In seconds with three decimal places. */
	public static String seconds(Duration duration) {
		return decimal(Math.round(duration.toNanos() / 1e6), 3);
	}

	static String tenths(long nanos) {
		return decimal(Math.round(nanos / 1e8), 1);
	}

	/** Without a formatter, which needs much for the first time. */
	private static String decimal(long value, int places) {
		String digits = Long.toString(value);
		String padded = "0".repeat(Math.max(places + 1 - digits.length(), 0)) + digits;
		int point = padded.length() - places;
		return padded.substring(0, point) + "." + padded.substring(point);
	}

	/** To the millisecond in UTC. */
	public static String text(Instant instant) {
		return CLOCK.format(instant) + " UTC";
	}

	/** In ISO 8601, to the millisecond in UTC. */
	public static String iso(Instant instant) {
		return ISO.format(instant);
	}

}
