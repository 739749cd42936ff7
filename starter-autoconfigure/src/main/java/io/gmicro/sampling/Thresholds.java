package io.gmicro.sampling;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * From which duration on a request is slow. Immutable.
 */
public final class Thresholds {

	private final long nanos;

	private final Map<String, Long> routes = new HashMap<>();

	/**
	 * Create thresholds.
	 * @param threshold a request is slow when it takes longer than this
	 * @param routes thresholds of their own for path templates, as Spring matches them
	 */
	public Thresholds(Duration threshold, Map<String, Duration> routes) {
		this.nanos = threshold.toNanos();
		routes.forEach((pattern, own) -> this.routes.put(pattern, own.toNanos()));
	}

	long nanos(@Nullable String pattern) {
		if (pattern == null || this.routes.isEmpty()) {
			return this.nanos;
		}
		Long own = this.routes.get(pattern);
		return (own != null) ? own : this.nanos;
	}

	long smallestNanos() {
		Collection<Long> own = this.routes.values();
		return own.stream().mapToLong(Long::longValue).reduce(this.nanos, Math::min);
	}

}
