package io.gmicro.slow;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.gmicro.inflight.ActiveOperations;
import io.gmicro.inflight.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Names one running request: no two requests are at the same place at the same time.
 *
 * @param place where it is in the table
 * @param startNanos when it began
 */
record RequestId(int place, long startNanos) {

	private static final Pattern FORM = Pattern.compile("([0-9]{1,5})-([0-9a-f]{1,16})");

	static RequestId of(Operation operation, ActiveOperations active) {
		return new RequestId(active.placeOf(operation), operation.startNanos());
	}

	/**
	 * Read an id.
	 * @param text anything
	 * @return the id, or {@code null} if the text is none
	 */
	static @Nullable RequestId parse(String text) {
		Matcher matcher = FORM.matcher(text);
		return matcher.matches()
				? new RequestId(Integer.parseInt(matcher.group(1)), Long.parseUnsignedLong(matcher.group(2), 16))
				: null;
	}

	@Nullable Operation find(ActiveOperations active) {
		Operation operation = active.at(this.place);
		return (operation != null && operation.startNanos() == this.startNanos) ? operation : null;
	}

	@Override
	public String toString() {
		return this.place + "-" + Long.toHexString(this.startNanos);
	}

}
