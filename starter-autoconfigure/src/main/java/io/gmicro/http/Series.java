package io.gmicro.http;

import java.util.Arrays;
import java.util.Objects;
import java.util.function.Function;

import io.micrometer.core.instrument.Tags;
import org.jspecify.annotations.Nullable;

/**
 * One combination of method, route and status. There is exactly one instance a
 * combination, so that it can keep the meters that observers have bound to it.
 */
final class Series {

	static final String METHOD_LABEL = "http.request.method";

	static final String ROUTE_LABEL = "http.route";

	static final String STATUS_LABEL = "http.response.status_code";

	private final int key;

	private final String method;

	private final String route;

	private final String status;

	/** By slot, and replaced as a whole, so that whoever finds a meter sees all of it. */
	private volatile @Nullable Object[] meters = {};

	Series(int key, String method, String route, String status) {
		this.key = key;
		this.method = method;
		this.route = route;
		this.status = status;
	}

	int key() {
		return this.key;
	}

	String method() {
		return this.method;
	}

	String route() {
		return this.route;
	}

	String status() {
		return this.status;
	}

	/**
	 * The meter of an observer.
	 * @param slot the number of the observer's meters
	 * @return the meter, or {@code null} if none was bound yet
	 */
	@Nullable Object meter(int slot) {
		@Nullable Object[] bound = this.meters;
		return (slot < bound.length) ? bound[slot] : null;
	}

	synchronized Object bind(int slot, Function<Series, ?> binder) {
		Object existing = meter(slot);
		if (existing != null) {
			return existing;
		}
		Object meter = Objects.requireNonNull(binder.apply(this));
		@Nullable Object[] extended = Arrays.copyOf(this.meters, Math.max(this.meters.length, slot + 1));
		extended[slot] = meter;
		this.meters = extended;
		return meter;
	}

	Tags tags() {
		return methodAndRouteTags().and(STATUS_LABEL, this.status);
	}

	Tags methodAndRouteTags() {
		return Tags.of(METHOD_LABEL, this.method, ROUTE_LABEL, this.route);
	}

}
