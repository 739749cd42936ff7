package io.gmicro.gin;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.function.Consumer;

import io.gmicro.http.Exchange;
import io.gmicro.http.ExchangeMeters;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;

/**
 * Counts {@code gin_slow_request_total}, the slow requests by route, method and status
 * code. The caller determines which requests are slow. Thread-safe.
 */
public final class GinSlowRequests implements Consumer<Exchange> {

	private final ExchangeMeters<CounterDataPoint> counters;

	/**
	 * Create a counter.
	 * @param families creates the family
	 * @param threshold the duration above which a request is slow, for the help text
	 */
	public GinSlowRequests(GinFamilies families, Duration threshold) {
		String seconds = BigDecimal.valueOf(threshold.toNanos(), 9).stripTrailingZeros().toPlainString();
		this.counters = GinStatusCodes.byUri(families.counter("gin_slow_request_total",
				"the server handled slow requests counter, t=" + seconds + ".", "uri", "method", "code"));
	}

	@Override
	public void accept(Exchange exchange) {
		this.counters.get(exchange).inc();
	}

}
