package io.gmicro.http;

import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * The meters of one observer, bound on first use and found again by identity, without
 * allocating.
 *
 * @param <M> the type of meter
 */
final class SeriesMeters<M> {

	private final ConcurrentHashMap<Series, M> meters = new ConcurrentHashMap<>();

	private final Function<Series, M> binder;

	SeriesMeters(Function<Series, M> binder) {
		this.binder = binder;
	}

	M get(Series series) {
		M meter = this.meters.get(series);
		return (meter != null) ? meter : this.meters.computeIfAbsent(series, this.binder);
	}

}
