package io.gmicro.route;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

import io.gmicro.meter.Overflow;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The bounded values of the label {@code http_route}, with an entry for each: one for
 * each matched template up to a limit, one for all other templates, and three for
 * requests without a template. Finding an entry takes no lock and allocates nothing.
 * Thread-safe.
 *
 * @param <E> the type of entries
 */
public final class RouteLabels<E> {

	/** Label value of requests without a template and with status 404. */
	public static final String NOT_FOUND = "NOT_FOUND";

	/** Label value of requests without a template and with status 3xx. */
	public static final String REDIRECTION = "REDIRECTION";

	/** Label value of all other requests without a template. */
	public static final String UNKNOWN = "UNKNOWN";

	private static final Log logger = LogFactory.getLog(RouteLabels.class);

	private final Map<String, E> matched = new ConcurrentHashMap<>();

	private final E notFound;

	private final E redirection;

	private final E unknown;

	private final E other;

	private final Function<String, E> factory;

	private final int limit;

	private final Counter overflow;

	private volatile boolean full;

	/**
	 * Create an instance without templates.
	 * @param limit the maximum number of templates, at least 1
	 * @param registry the registry of the counter of requests beyond the limit
	 * @param factory creates the entry of a label value, called once per value
	 */
	public RouteLabels(int limit, MeterRegistry registry, Function<String, E> factory) {
		this.limit = limit;
		this.factory = factory;
		this.overflow = Overflow.counter(registry, "http_route");
		this.notFound = factory.apply(NOT_FOUND);
		this.redirection = factory.apply(REDIRECTION);
		this.unknown = factory.apply(UNKNOWN);
		this.other = factory.apply(Overflow.OTHER);
	}

	/**
	 * The entry of a request that has ended.
	 * @param template the path template that was matched, or {@code null}
	 * @param status the status that the client received
	 * @return the entry of its label value
	 */
	public E find(@Nullable String template, int status) {
		if (template == null) {
			return unmatched(status);
		}
		E entry = this.matched.get(template);
		if (entry == null && !this.full) {
			entry = add(template);
		}
		if (entry == null) {
			this.overflow.increment();
			return this.other;
		}
		return entry;
	}

	private E unmatched(int status) {
		if (status == 404) {
			return this.notFound;
		}
		return (status >= 300 && status < 400) ? this.redirection : this.unknown;
	}

	private synchronized @Nullable E add(String template) {
		E entry = this.matched.get(template);
		if (entry != null || this.full) {
			return entry;
		}
		if (this.matched.size() < this.limit) {
			return this.matched.computeIfAbsent(template, (added) -> this.factory.apply(added.isEmpty() ? "/" : added));
		}
		this.full = true;
		logger.warn("More than gmicro.http.max-routes=" + this.limit + " routes: further ones are recorded as "
				+ Overflow.OTHER + " and counted in gmicro_overflow_total");
		return null;
	}

}
