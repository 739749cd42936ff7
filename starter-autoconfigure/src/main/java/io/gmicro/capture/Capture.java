package io.gmicro.capture;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * A capture that is kept.
 *
 * @param name its file name, which sorts by time
 * @param time when it was made, to the millisecond
 * @param reason why
 * @param size its size in bytes
 */
public record Capture(String name, Instant time, CaptureReason reason, long size) {

	private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss.SSS'Z'", Locale.ROOT)
		.withZone(ZoneOffset.UTC);

	private static final Pattern NAME = Pattern.compile("gmicro-capture-(\\d{8}T\\d{6}\\.\\d{3}Z)-("
			+ Stream.of(CaptureReason.values()).map(CaptureReason::lowerCaseName).collect(Collectors.joining("|"))
			+ ")\\.zip");

	static String fileName(Instant time, CaptureReason reason) {
		return "gmicro-capture-" + TIME.format(time) + "-" + reason.lowerCaseName() + ".zip";
	}

	/** The capture with the given name, or {@code null} if it is not the name of one. */
	static @Nullable Capture named(String name, long size) {
		Matcher matcher = NAME.matcher(name);
		if (!matcher.matches()) {
			return null;
		}
		try {
			return new Capture(name, TIME.parse(matcher.group(1), Instant::from),
					CaptureReason.valueOf(matcher.group(2).toUpperCase(Locale.ROOT)), size);
		}
		catch (DateTimeParseException ex) {
			return null;
		}
	}

}
