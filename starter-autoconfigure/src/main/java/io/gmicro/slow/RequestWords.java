package io.gmicro.slow;

import java.time.Duration;

/**
 * What people read of a request, in HTML and in text.
 */
final class RequestWords {

	static final String NOT_MATCHED = "not matched yet";

	private RequestWords() {
	}

	static String route(RequestsView.Running request) {
		return (request.route() != null) ? request.route() : NOT_MATCHED;
	}

	static String state(RequestsView.Running request) {
		if (request.longLived()) {
			return ", a stream";
		}
		return request.isSlow() ? ", past its threshold of " + Times.text(request.threshold()) : "";
	}

	/** Virtual threads often have an empty name. */
	static String thread(String name) {
		return name.isBlank() ? "without a name" : name;
	}

	static String samples(int number) {
		return number + ((number == 1) ? " sample" : " samples");
	}

	static String samples(HotSpot spot, int samples, String thread) {
		if (samples == 0) {
			return thread.equals(Story.ASYNCHRONOUS) ? "not sampled, since it held no thread"
					: "over before the first sample";
		}
		return spot.isOfMost(samples) ? spot.samples() + " of " + samples(samples)
				: samples(samples) + " without a call that most share, " + spot.samples();
	}

	static String inside(HotSpot spot) {
		return ", of which " + spot.insideSamples() + " in ";
	}

	/** Time without any call has no samples. */
	static String samples(CallChain chain) {
		String time = Times.text(Duration.ofNanos(chain.nanos()));
		return (chain.samples() > 0) ? samples(chain.samples()) + ", " + time : time;
	}

	static String streams(RequestsView.Streams streams) {
		String route = (streams.route() != null) ? streams.route() : NOT_MATCHED;
		return streams.method() + " " + route + ", " + streams.count()
				+ ((streams.count() == 1) ? " stream" : " streams, the oldest") + " for "
				+ Times.text(streams.oldest());
	}

	static String stoodStill(Duration duration) {
		return duration.isZero() ? "" : Calls.stoodStill(duration.toNanos()).getMethodName() + ", ";
	}

}
