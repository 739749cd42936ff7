package io.gmicro.slow;

import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * The durations above which requests are slow. Immutable.
 */
public final class Thresholds {

	private final long nanos;

	private final Map<String, Long> routes;

	private final long smallest;

	/**
	 * Create thresholds.
	 * @param threshold the threshold of all routes that have none of their own
	 * @param routes thresholds by path template
	 */
	public Thresholds(Duration threshold, Map<String, Duration> routes) {
		this.nanos = threshold.toNanos();
		this.routes = routes.entrySet()
			.stream()
			.collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, (route) -> route.getValue().toNanos()));
		this.smallest = this.routes.values().stream().mapToLong(Long::longValue).reduce(this.nanos, Math::min);
	}

	long nanos(@Nullable String pattern) {
		Long own = (pattern != null) ? this.routes.get(pattern) : null;
		return (own != null) ? own : this.nanos;
	}

	long smallestNanos() {
		return this.smallest;
	}

}
