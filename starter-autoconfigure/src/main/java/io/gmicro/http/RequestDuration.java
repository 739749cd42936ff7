package io.gmicro.http;

import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/**
 * Records {@code http_server_request_duration_seconds}, a histogram of how long requests
 * took, by method, route and status. How long a {@linkplain Exchange#isLongLived()
 * long-lived} answer went on is its client's choice and not recorded.
 *
 * @see <a href=
 * "https://opentelemetry.io/docs/specs/semconv/http/http-metrics/">OpenTelemetry, HTTP
 * metrics</a>
 */
public final class RequestDuration implements ExchangeObserver {

	/** Its name in the registry. */
	public static final String NAME = "http.server.request.duration";

	private final ExchangeMeters<Timer> timers;

	/**
	 * Create an observer that records to a registry.
	 * @param registry where the timers are registered
	 * @param bounds the upper bounds of the buckets, positive and ascending; {@code +Inf}
	 * is added
	 */
	public RequestDuration(MeterRegistry registry, Collection<Duration> bounds) {
		Duration[] objectives = bounds.toArray(Duration[]::new);
		this.timers = ExchangeMeters.byStatus((tags) -> Timer.builder(NAME)
			.description("Duration of HTTP server requests")
			.tags(tags)
			.serviceLevelObjectives(objectives)
			.register(registry));
	}

	@Override
	public void onEnd(Exchange exchange) {
		if (!exchange.isLongLived()) {
			this.timers.get(exchange).record(exchange.durationNanos(), TimeUnit.NANOSECONDS);
		}
	}

}
