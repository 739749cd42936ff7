package io.gmicro.slow;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;

import org.jspecify.annotations.Nullable;

/**
 * Formats requests, times and stack frames for pages and log lines.
 */
public final class RequestText {

	/** Replaces the thread name of a request that holds no thread. */
	public static final String ASYNCHRONOUS = "asynchronous, holds no thread";

	/** What is said of a request that was served soon after the start. */
	public static final String COLD_START = "within a minute of the start of the application";

	private static final DateTimeFormatter ISO = new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

	private RequestText() {
	}

	/** The route, or {@code not matched yet}. */
	public static String route(@Nullable String route) {
		return (route != null) ? route : "not matched yet";
	}

	/** The text that follows the age of a running request. */
	public static String state(RequestsView.Running request) {
		if (request.longLived()) {
			return ", a stream";
		}
		return request.isSlow() ? ", past its threshold of " + duration(request.threshold()) : "";
	}

	/** The name of a thread. Virtual threads often have an empty one. */
	public static String thread(String name) {
		return name.isBlank() ? "without a name" : name;
	}

	private static String samples(int number) {
		return number + ((number == 1) ? " sample" : " samples");
	}

	/** The number of samples, up to the frame that they are in. */
	public static String samples(HottestFrame hottest, int samples, String thread) {
		if (samples == 0) {
			return thread.equals(ASYNCHRONOUS) ? "not sampled because it held no thread"
					: "ended before the first sample";
		}
		return hottest.isOfMost(samples) ? hottest.samples() + " of " + samples(samples)
				: samples(samples) + ", no call in most of them, " + hottest.samples();
	}

	/** An activity with its share of the time. */
	public static String share(Timeline.Share share) {
		return share.activity() + ((share.percent() > 0) ? " " + share.percent() : " below 1") + " %";
	}

	/** A part of a timeline, from its start to its end. */
	public static String part(Timeline.Part part) {
		StackTraceElement call = part.call();
		return decimal(part.startNanos(), 3) + "\u2013" + decimal(part.endNanos(), 3) + " s " + part.activity()
				+ ((call != null) ? " in " + shortName(call) : "");
	}

	/** The text before the call below the hottest frame. */
	public static String inside(HottestFrame hottest) {
		return ", of which " + hottest.insideSamples() + " in ";
	}

	/** The samples and the time of a chain. A pause of the process has no samples. */
	public static String samples(FrameChain chain) {
		String time = duration(Duration.ofNanos(chain.nanos()));
		return (chain.samples() > 0) ? samples(chain.samples()) + ", " + time : time;
	}

	/** The waiting streams of one route in one line. */
	public static String streams(RequestsView.Streams streams) {
		return streams.method() + " " + route(streams.route()) + ", " + streams.count()
				+ ((streams.count() == 1) ? " stream" : " streams, the oldest") + " for " + duration(streams.oldest());
	}

	/** How long the process stood still, empty if it did not. */
	public static String stoodStill(Duration duration) {
		return duration.isZero() ? "" : stoodStill(duration.toNanos()).getMethodName() + ", ";
	}

	/** A frame that represents time without any call. */
	static StackTraceElement stoodStill(long nanos) {
		return new StackTraceElement("", "[process stood still " + decimal(nanos, 1) + " s]", null, -1);
	}

	private static boolean isNone(StackTraceElement call) {
		return call.getClassName().isEmpty();
	}

	/** The package of a frame with a trailing dot, or an empty text. */
	public static String packagePrefix(StackTraceElement call) {
		return call.getClassName().substring(0, call.getClassName().lastIndexOf('.') + 1);
	}

	/** Class and method of a frame without the package. */
	public static String shortName(StackTraceElement call) {
		return isNone(call) ? call.getMethodName()
				: call.getClassName().substring(packagePrefix(call).length()) + "." + call.getMethodName();
	}

	/** File and line of a frame, as far as they are known. */
	public static String source(StackTraceElement call) {
		if (isNone(call)) {
			return "";
		}
		if (call.isNativeMethod()) {
			return "native";
		}
		String file = (call.getFileName() != null) ? call.getFileName() : "unknown source";
		return (call.getLineNumber() >= 0) ? file + ":" + call.getLineNumber() : file;
	}

	/** Package, class and method of a frame. */
	public static String longName(StackTraceElement call) {
		return packagePrefix(call) + shortName(call);
	}

	/** Package, class, method, file and line of a frame. */
	public static String fullName(StackTraceElement call) {
		return isNone(call) ? shortName(call) : longName(call) + "(" + source(call) + ")";
	}

	/** A duration with its two largest units, or in seconds. */
	public static String duration(Duration duration) {
		if (duration.toHours() > 0) {
			return duration.toHours() + " h " + duration.toMinutesPart() + " min";
		}
		if (duration.toMinutes() > 0) {
			return duration.toMinutes() + " min " + duration.toSecondsPart() + " s";
		}
		return seconds(duration) + " s";
	}

	/** A duration in seconds with three decimal places. */
	public static String seconds(Duration duration) {
		return decimal(duration.toNanos(), 3);
	}

	/** Without a formatter, whose first use takes much memory. */
	private static String decimal(long nanos, int places) {
		return BigDecimal.valueOf(Math.round(nanos / Math.pow(10, 9 - places)), places).toPlainString();
	}

	/** A time in UTC with milliseconds. */
	public static String time(Instant instant) {
		return iso(instant).replace('T', ' ').replace("Z", " UTC");
	}

	/** A time in ISO 8601 in UTC with milliseconds. */
	public static String iso(Instant instant) {
		return ISO.format(instant);
	}

}
