package io.gmicro.http;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/**
 * Records {@code http_server_request_duration_seconds}, a histogram of the duration of
 * requests by all {@linkplain ExchangeMeters#byResponse attributes of a response}.
 * {@linkplain Exchange#isLongLived() Long-lived} responses are not recorded, because the
 * client determines their duration. Thread-safe.
 *
 * @see <a href=
 * "https://opentelemetry.io/docs/specs/semconv/http/http-metrics/">OpenTelemetry, HTTP
 * metrics</a>
 */
public final class RequestDuration implements ExchangeObserver {

	/** The name of the histogram. */
	public static final String NAME = "http.server.request.duration";

	private final ExchangeMeters<Timer> timers;

	private final Set<String> expectedRoutes;

	/**
	 * Create an observer.
	 * @param registry the registry of the timers
	 * @param bounds the upper bounds of the buckets, positive and ascending; {@code +Inf}
	 * is added
	 */
	public RequestDuration(MeterRegistry registry, Collection<Duration> bounds) {
		this(registry, bounds, List.of());
	}

	/**
	 * Create an observer with timers that exist before their first request.
	 * @param registry the registry of the timers
	 * @param bounds the upper bounds of the buckets, positive and ascending; {@code +Inf}
	 * is added
	 * @param expectedRoutes the path templates whose timers start with the value 0
	 */
	public RequestDuration(MeterRegistry registry, Collection<Duration> bounds, Collection<String> expectedRoutes) {
		this.expectedRoutes = Set.copyOf(expectedRoutes);
		Duration[] objectives = bounds.toArray(Duration[]::new);
		this.timers = ExchangeMeters.byResponse((tags) -> Timer.builder(NAME)
			.description("Duration of HTTP server requests")
			.tags(tags)
			.serviceLevelObjectives(objectives)
			.register(registry));
	}

	@Override
	public void onExpected(Exchange exchange) {
		String pattern = exchange.pattern();
		if (pattern != null && this.expectedRoutes.contains(pattern.isEmpty() ? "/" : pattern)) {
			this.timers.get(exchange);
		}
	}

	@Override
	public void onEnd(Exchange exchange) {
		if (!exchange.isLongLived()) {
			this.timers.get(exchange).record(exchange.durationNanos(), TimeUnit.NANOSECONDS);
		}
	}

}
