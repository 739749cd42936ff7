package io.gmicro.http;

import java.util.Arrays;

import io.gmicro.meter.Overflow;
import io.gmicro.route.RouteLabels;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;

/**
 * One {@link Series} for each combination of label values. The number of combinations is
 * bounded without losing a request: unknown methods and schemes, status codes outside 100
 * to 599 and {@linkplain RouteLabels routes beyond the limit} are recorded as
 * {@link Exchange#OTHER}. Thread-safe.
 */
final class SeriesTable {

	private final RouteLabels<Route> routes;

	private final Counter methodOverflow;

	private final Counter schemeOverflow;

	private final Counter statusOverflow;

	SeriesTable(LabelRules rules, MeterRegistry registry) {
		this.routes = new RouteLabels<>(rules.maxRoutes(), registry, (route) -> new Route(route, label(route, rules)));
		this.methodOverflow = Overflow.counter(registry, "http_request_method");
		this.schemeOverflow = Overflow.counter(registry, "url_scheme");
		this.statusOverflow = Overflow.counter(registry, "http_response_status_code");
	}

	/**
	 * The series of a request that has ended.
	 * @param request the labels of the request
	 * @param pattern the path template that was matched, or {@code null}
	 * @param status the status that the client received
	 * @param errorType how the request failed
	 * @return the one instance for this combination
	 */
	Series find(RequestLabels request, @Nullable String pattern, int status, ErrorTypes.Value errorType) {
		if (request.method().equals(Overflow.OTHER)) {
			this.methodOverflow.increment();
		}
		if (request.scheme().equals(Overflow.OTHER)) {
			this.schemeOverflow.increment();
		}
		if (!Route.isStatus(status)) {
			this.statusOverflow.increment();
		}
		return this.routes.find(pattern, status).series(request, status, errorType);
	}

	/** What was not matched has no path. */
	private static String label(String route, LabelRules rules) {
		return route.startsWith("/") ? rules.contextPath().get() + route : route;
	}

	/**
	 * The series of one route. There are so few that a linear search is faster than a
	 * map, and it allocates no key.
	 */
	private static final class Route {

		private static final int STATUS_RANGE = 1000;

		private final String name;

		private final String label;

		private volatile Series[] series = {};

		Route(String name, String label) {
			this.name = name;
			this.label = label;
		}

		static boolean isStatus(int status) {
			return status >= 100 && status < 600;
		}

		Series series(RequestLabels request, int status, ErrorTypes.Value errorType) {
			int key = (request.index() * ErrorTypes.COUNT + errorType.index()) * STATUS_RANGE
					+ (isStatus(status) ? status : 0);
			Series found = find(key);
			return (found != null) ? found : add(key, request, status, errorType);
		}

		private @Nullable Series find(int key) {
			for (Series candidate : this.series) {
				if (candidate.key() == key) {
					return candidate;
				}
			}
			return null;
		}

		private synchronized Series add(int key, RequestLabels request, int status, ErrorTypes.Value errorType) {
			Series found = find(key);
			if (found != null) {
				return found;
			}
			String statusLabel = isStatus(status) ? Integer.toString(status) : Exchange.OTHER;
			Series added = new Series(key, request, this.name, this.label, statusLabel, errorType.label(statusLabel));
			Series[] extended = Arrays.copyOf(this.series, this.series.length + 1);
			extended[extended.length - 1] = added;
			this.series = extended;
			return added;
		}

	}

}
