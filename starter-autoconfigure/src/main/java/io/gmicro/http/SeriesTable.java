package io.gmicro.http;

import java.util.Arrays;

import io.gmicro.meter.Overflow;
import io.gmicro.route.RouteLabels;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.web.bind.annotation.RequestMethod;

/**
 * One {@link Series} for each combination of method, route and status. The number of
 * combinations is bounded without losing a request: unknown methods, status codes outside
 * 100 to 599 and {@linkplain RouteLabels routes beyond the limit} are recorded as
 * {@link Exchange#OTHER}. Thread-safe.
 */
final class SeriesTable {

	private final RouteLabels<Route> routes;

	private final Counter methodOverflow;

	private final Counter statusOverflow;

	SeriesTable(int maxRoutes, MeterRegistry registry) {
		this.routes = new RouteLabels<>(maxRoutes, registry, Route::new);
		this.methodOverflow = Overflow.counter(registry, "http_request_method");
		this.statusOverflow = Overflow.counter(registry, "http_response_status_code");
	}

	/**
	 * The series of a request that has ended.
	 * @param method the method, or {@code null} for an unknown one
	 * @param pattern the path template that was matched, or {@code null}
	 * @param status the status that the client received
	 * @return the one instance for this combination
	 */
	Series find(@Nullable RequestMethod method, @Nullable String pattern, int status) {
		if (method == null) {
			this.methodOverflow.increment();
		}
		if (!Route.isStatus(status)) {
			this.statusOverflow.increment();
		}
		return this.routes.find(pattern, status).series(method, status);
	}

	/**
	 * The series of one route. There are so few that a linear search is faster than a
	 * map, and it allocates no key.
	 */
	private static final class Route {

		private static final int OTHER_METHOD = RequestMethod.values().length;

		private static final int STATUS_RANGE = 1000;

		private final String name;

		private volatile Series[] series = {};

		Route(String name) {
			this.name = name;
		}

		static boolean isStatus(int status) {
			return status >= 100 && status < 600;
		}

		Series series(@Nullable RequestMethod method, int status) {
			int methodKey = (method != null) ? method.ordinal() : OTHER_METHOD;
			int key = methodKey * STATUS_RANGE + (isStatus(status) ? status : 0);
			Series found = find(key);
			return (found != null) ? found : add(key, method, status);
		}

		private @Nullable Series find(int key) {
			for (Series candidate : this.series) {
				if (candidate.key() == key) {
					return candidate;
				}
			}
			return null;
		}

		private synchronized Series add(int key, @Nullable RequestMethod method, int status) {
			Series found = find(key);
			if (found != null) {
				return found;
			}
			String methodLabel = (method != null) ? method.name() : Exchange.OTHER;
			String statusLabel = isStatus(status) ? Integer.toString(status) : Exchange.OTHER;
			Series added = new Series(key, methodLabel, this.name, statusLabel);
			Series[] extended = Arrays.copyOf(this.series, this.series.length + 1);
			extended[extended.length - 1] = added;
			this.series = extended;
			return added;
		}

	}

}
