package io.gmicro.pprof;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * A time span of the past.
 *
 * @param ago the time since its start
 * @param length its length
 * @param base the time since the start of another time span of the same length, whose
 * values are subtracted, or {@code null}
 */
record Past(Duration ago, Duration length, @Nullable Duration base) {

	Past comparedTo(@Nullable Duration base) {
		return new Past(this.ago, this.length, base);
	}

	/** The text for a title. */
	@Override
	public String toString() {
		return this.length.toSeconds() + " s from " + this.ago.toSeconds() + " s ago"
				+ ((this.base != null) ? ", compared to " + this.base.toSeconds() + " s ago" : "");
	}

}
