package io.gmicro.http;

import java.util.Arrays;
import java.util.Objects;
import java.util.function.Function;

import io.micrometer.core.instrument.Tags;
import org.jspecify.annotations.Nullable;

/**
 * One combination of label values, with its meters. There is exactly one instance per
 * combination. Thread-safe.
 */
final class Series {

	static final String ROUTE_LABEL = "http.route";

	static final String STATUS_LABEL = "http.response.status_code";

	private final int key;

	private final RequestLabels request;

	private final String route;

	private final String routeLabel;

	private final String status;

	private final String errorType;

	/**
	 * Pairs of owner and meter. There are so few that a linear search is faster than a
	 * map.
	 */
	private volatile Object[] meters = {};

	Series(int key, RequestLabels request, String route, String routeLabel, String status, String errorType) {
		this.key = key;
		this.request = request;
		this.route = route;
		this.routeLabel = routeLabel;
		this.status = status;
		this.errorType = errorType;
	}

	int key() {
		return this.key;
	}

	String method() {
		return this.request.method();
	}

	String route() {
		return this.route;
	}

	String status() {
		return this.status;
	}

	/**
	 * The meter of an owner.
	 * @param owner the {@link ExchangeMeters} that the meter belongs to
	 * @return the meter, or {@code null} if it has not been created
	 */
	@Nullable Object meter(Object owner) {
		Object[] bound = this.meters;
		for (int i = 0; i < bound.length; i += 2) {
			if (bound[i] == owner) {
				return bound[i + 1];
			}
		}
		return null;
	}

	synchronized Object bind(Object owner, Function<Series, ?> binder) {
		Object existing = meter(owner);
		if (existing != null) {
			return existing;
		}
		Object meter = Objects.requireNonNull(binder.apply(this));
		Object[] extended = Arrays.copyOf(this.meters, this.meters.length + 2);
		extended[extended.length - 2] = owner;
		extended[extended.length - 1] = meter;
		this.meters = extended;
		return meter;
	}

	/** The attributes of OpenTelemetry's HTTP conventions. */
	Tags allTags() {
		Tags tags = routeTags().and(STATUS_LABEL, this.status, "error.type", this.errorType);
		String version = this.request.protocolVersion();
		return (version != null) ? tags.and("network.protocol.version", version) : tags;
	}

	Tags statusTags() {
		return Tags.of(RequestLabels.METHOD_LABEL, method(), ROUTE_LABEL, this.routeLabel, STATUS_LABEL, this.status);
	}

	Tags templateTags() {
		return Tags.of(ROUTE_LABEL, this.routeLabel);
	}

	Tags routeTags() {
		return this.request.tags().and(ROUTE_LABEL, this.routeLabel);
	}

}
