package io.gmicro.http;

import org.jspecify.annotations.Nullable;

/**
 * Knows the content types of answers that have no end of their own.
 */
final class LongLived {

	private static final String[] STREAMS = { "text/event-stream", "application/x-ndjson", "application/stream+json",
			"multipart/x-mixed-replace" };

	private LongLived() {
	}

	static boolean isStream(@Nullable String contentType) {
		if (contentType == null) {
			return false;
		}
		for (String stream : STREAMS) {
			if (contentType.startsWith(stream)) {
				return true;
			}
		}
		return false;
	}

}
