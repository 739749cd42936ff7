package io.gmicro.slow;

/**
 * What people read of a request, in HTML and in text.
 */
final class RequestWords {

	private RequestWords() {
	}

	static String route(RequestsView.Running request) {
		return (request.route() != null) ? request.route() : "not matched yet";
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

	static String samples(HotSpot spot, SlowRequest request) {
		return (request.samples() == 0) ? "over before the first sample"
				: spot.samples() + " of " + samples(request.samples());
	}

}
