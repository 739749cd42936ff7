package io.gmicro.http;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.gmicro.overflow.Overflow;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.web.bind.annotation.RequestMethod;

/**
 * Every label set there is, bounded: routes past the limit, methods made up by clients
 * and status codes outside HTTP share one value each, so that sums stay exact while
 * memory stays flat.
 */
final class Routes {

	static final String NOT_FOUND = "NOT_FOUND";

	static final String REDIRECTION = "REDIRECTION";

	static final String UNKNOWN = "UNKNOWN";

	private static final Log logger = LogFactory.getLog(Routes.class);

	private final Map<String, Route> matched = new ConcurrentHashMap<>();

	private final Route notFound = new Route(NOT_FOUND);

	private final Route redirection = new Route(REDIRECTION);

	private final Route unknown = new Route(UNKNOWN);

	private final Route other = new Route(Exchange.OTHER);

	private final int limit;

	private final Counter routeOverflow;

	private final Counter methodOverflow;

	private final Counter statusOverflow;

	private volatile boolean full;

	Routes(int limit, MeterRegistry registry) {
		this.limit = limit;
		this.routeOverflow = Overflow.counter(registry, "http_route");
		this.methodOverflow = Overflow.counter(registry, "http_request_method");
		this.statusOverflow = Overflow.counter(registry, "http_response_status_code");
	}

	/**
	 * Finds the series of a request that has been answered.
	 * @param method the method, or {@code null} when it is none of HTTP's
	 * @param pattern the path template that was matched, or {@code null}
	 * @param status the status the client saw
	 * @return the one instance for this combination
	 */
	Series find(@Nullable RequestMethod method, @Nullable String pattern, int status) {
		if (method == null) {
			this.methodOverflow.increment();
		}
		if (!Route.isStatus(status)) {
			this.statusOverflow.increment();
		}
		return route(pattern, status).series(method, status);
	}

	private Route route(@Nullable String pattern, int status) {
		if (pattern == null) {
			return unmatched(status);
		}
		Route route = this.matched.get(pattern);
		if (route == null && !this.full) {
			route = add(pattern);
		}
		if (route == null) {
			this.routeOverflow.increment();
			return this.other;
		}
		return route;
	}

	private Route unmatched(int status) {
		if (status == 404) {
			return this.notFound;
		}
		return (status >= 300 && status < 400) ? this.redirection : this.unknown;
	}

	private synchronized @Nullable Route add(String pattern) {
		Route route = this.matched.get(pattern);
		if (route != null || this.full) {
			return route;
		}
		if (this.matched.size() < this.limit) {
			return this.matched.computeIfAbsent(pattern, (template) -> new Route(template.isEmpty() ? "/" : template));
		}
		this.full = true;
		logger.warn("More than gmicro.http.max-routes=" + this.limit + " routes: further ones are recorded as "
				+ Exchange.OTHER + " and counted in gmicro_overflow_total");
		return null;
	}

	/**
	 * The series of one route. There are few, so an array searched from its start beats a
	 * map and needs no key object.
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
