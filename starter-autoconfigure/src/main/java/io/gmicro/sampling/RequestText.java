package io.gmicro.sampling;

import java.time.Duration;

/**
 * What people read of a request, in HTML and in text.
 */
public final class RequestText {

	/** In place of the name of a thread. */
	public static final String ASYNCHRONOUS = "asynchronous, holds no thread";

	/** In place of a route. */
	public static final String NOT_MATCHED = "not matched yet";

	private RequestText() {
	}

	/** The route, or that there is none yet. */
	public static String route(RequestsView.Running request) {
		return (request.route() != null) ? request.route() : NOT_MATCHED;
	}

	/** What follows the age. */
	public static String state(RequestsView.Running request) {
		if (request.longLived()) {
			return ", a stream";
		}
		return request.isSlow() ? ", past its threshold of " + TimeText.text(request.threshold()) : "";
	}

	/** Virtual threads often have an empty name. */
	public static String thread(String name) {
		return name.isBlank() ? "without a name" : name;
	}

	private static String samples(int number) {
		return number + ((number == 1) ? " sample" : " samples");
	}

	/** How many samples there are, up to the frame that they are in. */
	public static String samples(HottestFrame spot, int samples, String thread) {
		if (samples == 0) {
			return thread.equals(ASYNCHRONOUS) ? "not sampled, since it held no thread"
					: "over before the first sample";
		}
		return spot.isOfMost(samples) ? spot.samples() + " of " + samples(samples)
				: samples(samples) + " without a call that most share, " + spot.samples();
	}

	/** What leads to the call below the hottest frame. */
	public static String inside(HottestFrame spot) {
		return ", of which " + spot.insideSamples() + " in ";
	}

	/** Time without any call has no samples. */
	public static String samples(FrameChain chain) {
		String time = TimeText.text(Duration.ofNanos(chain.nanos()));
		return (chain.samples() > 0) ? samples(chain.samples()) + ", " + time : time;
	}

	/** Waiting streams of one route in a line. */
	public static String streams(RequestsView.Streams streams) {
		String route = (streams.route() != null) ? streams.route() : NOT_MATCHED;
		return streams.method() + " " + route + ", " + streams.count()
				+ ((streams.count() == 1) ? " stream" : " streams, the oldest") + " for "
				+ TimeText.text(streams.oldest());
	}

	/** For how long the process stood still, nothing if it did not. */
	public static String stoodStill(Duration duration) {
		return duration.isZero() ? "" : FrameText.stoodStill(duration.toNanos()).getMethodName() + ", ";
	}

}
