package io.gmicro.sampling;

import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.gmicro.inflight.ActiveOperations;
import io.gmicro.inflight.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Names one running request, wherever it is in the table.
 *
 * @param hash distinguishes it from others that began in the same nanosecond
 * @param startNanos when it began
 */
public record RequestId(int hash, long startNanos) {

	private static final int HASHES = 100_000;

	private static final Pattern FORM = Pattern.compile("([0-9]{1,5})-([0-9a-f]{1,16})");

	static RequestId of(Operation operation) {
		return new RequestId(System.identityHashCode(operation) % HASHES, operation.startNanos());
	}

	/**
	 * Read an id.
	 * @param text anything
	 * @return the id, or {@code null} if the text is none
	 */
	public static @Nullable RequestId parse(String text) {
		Matcher matcher = FORM.matcher(text);
		return matcher.matches()
				? new RequestId(Integer.parseInt(matcher.group(1)), Long.parseUnsignedLong(matcher.group(2), 16))
				: null;
	}

	@Nullable Operation find(ActiveOperations active) {
		AtomicReference<@Nullable Operation> found = new AtomicReference<>();
		active.forEach((operation) -> {
			if (operation.startNanos() == this.startNanos && of(operation).equals(this)) {
				found.set(operation);
			}
		});
		return found.get();
	}

	@Override
	public String toString() {
		return this.hash + "-" + Long.toHexString(this.startNanos);
	}

}
