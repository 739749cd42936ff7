package io.gmicro.http;

import io.micrometer.core.instrument.Tags;

/**
 * One combination of method, route and status. There is exactly one instance a
 * combination, so that observers can find their meters by its identity.
 */
final class Series {

	static final String METHOD_LABEL = "http.request.method";

	static final String ROUTE_LABEL = "http.route";

	static final String STATUS_LABEL = "http.response.status_code";

	private final int key;

	private final String method;

	private final String route;

	private final String status;

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

	Tags tags() {
		return methodAndRouteTags().and(STATUS_LABEL, this.status);
	}

	Tags methodAndRouteTags() {
		return Tags.of(METHOD_LABEL, this.method, ROUTE_LABEL, this.route);
	}

}
