package io.gmicro.http;

import java.util.Collection;

import org.jspecify.annotations.Nullable;

/**
 * Knows the content types of answers that have no end of their own.
 */
final class LongLived {

	private final String[] contentTypes;

	LongLived(Collection<String> contentTypes) {
		this.contentTypes = contentTypes.toArray(String[]::new);
	}

	boolean isStream(@Nullable String contentType) {
		if (contentType == null) {
			return false;
		}
		for (String stream : this.contentTypes) {
			int end = stream.length();
			if (contentType.regionMatches(true, 0, stream, 0, end) && (contentType.length() == end
					|| contentType.charAt(end) == ';' || contentType.charAt(end) == ' ')) {
				return true;
			}
		}
		return false;
	}

}
