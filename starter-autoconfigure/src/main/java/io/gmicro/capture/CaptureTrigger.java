package io.gmicro.capture;

import org.jspecify.annotations.Nullable;

/**
 * Decides when something is captured.
 *
 * @param reason why
 * @param condition whether the reason holds
 */
public record CaptureTrigger(CaptureReason reason, Condition condition) {

	/**
	 * Checks a condition, on one thread.
	 */
	@FunctionalInterface
	public interface Condition {

		/**
		 * Called about every second.
		 * @param now a reading of {@link System#nanoTime()}
		 * @return what holds in a few words, or {@code null} if it does not hold
		 */
		@Nullable String check(long now);

	}

}
