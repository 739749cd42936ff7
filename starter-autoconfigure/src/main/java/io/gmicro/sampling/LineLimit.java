package io.gmicro.sampling;

import java.util.concurrent.TimeUnit;

/**
 * Allows a number of lines a minute and counts those past it. Not thread-safe.
 */
final class LineLimit {

	static final int LINES_A_MINUTE = 20;

	private long windowStart;

	private int allowed;

	private int refused;

	boolean allows(long now) {
		if (this.allowed == 0) {
			this.windowStart = now;
		}
		if (this.allowed == LINES_A_MINUTE) {
			this.refused++;
			return false;
		}
		this.allowed++;
		return true;
	}

	/**
	 * End a minute that is over.
	 * @param now the time
	 * @return how many lines were refused in it
	 */
	int end(long now) {
		return (now - this.windowStart >= TimeUnit.MINUTES.toNanos(1)) ? end() : 0;
	}

	/**
	 * End the minute early.
	 * @return how many lines were refused in it
	 */
	int end() {
		int count = this.refused;
		this.allowed = 0;
		this.refused = 0;
		return count;
	}

}
