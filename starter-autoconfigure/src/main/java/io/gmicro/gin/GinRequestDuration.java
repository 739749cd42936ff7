package io.gmicro.gin;

import java.time.Duration;
import java.util.Collection;
import java.util.List;

import io.gmicro.http.Exchange;
import io.gmicro.http.ExchangeMeters;
import io.gmicro.http.ExchangeObserver;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Histogram;

/**
 * Records {@code gin_request_duration}, a histogram of the duration of requests in
 * seconds, by route. {@linkplain Exchange#isLongLived() Long-lived} responses are not
 * recorded, because the client determines their duration. Thread-safe.
 */
public final class GinRequestDuration implements ExchangeObserver {

	/** The bucket bounds of gin-metrics. */
	public static final List<Duration> BOUNDS = List.of(Duration.ofMillis(100), Duration.ofMillis(300),
			Duration.ofMillis(1200), Duration.ofSeconds(5), Duration.ofSeconds(10));

	private static final double NANOS_PER_SECOND = 1e9;

	private final ExchangeMeters<DistributionDataPoint> histograms;

	/**
	 * Create an observer.
	 * @param families creates the family
	 * @param bounds the upper bounds of the buckets, positive and ascending; {@code +Inf}
	 * is added
	 */
	public GinRequestDuration(GinFamilies families, Collection<Duration> bounds) {
		Histogram histogram = families.histogram("gin_request_duration", "the time server took to handle the request.",
				bounds.stream().map((bound) -> seconds(bound.toNanos())).toList(), "uri");
		this.histograms = ExchangeMeters.byLabels((method, route, status) -> histogram.labelValues(GinUri.of(route)));
	}

	private static double seconds(long nanos) {
		return nanos / NANOS_PER_SECOND;
	}

	@Override
	public void onEnd(Exchange exchange) {
		if (!exchange.isLongLived()) {
			this.histograms.get(exchange).observe(seconds(exchange.durationNanos()));
		}
	}

}
