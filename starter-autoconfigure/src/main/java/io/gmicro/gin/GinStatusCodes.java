package io.gmicro.gin;

import io.gmicro.http.Exchange;
import io.gmicro.http.ExchangeMeters;
import io.gmicro.http.ExchangeObserver;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;

/**
 * Counts {@code gin_request_total}, all requests, and {@code gin_uri_request_total}, the
 * requests by route, method and status code. Thread-safe.
 */
public final class GinStatusCodes implements ExchangeObserver {

	private final CounterDataPoint all;

	private final ExchangeMeters<CounterDataPoint> counters;

	/**
	 * Create an observer.
	 * @param families creates the families
	 */
	public GinStatusCodes(GinFamilies families) {
		this.all = families.counter("gin_request_total", "all the server received request num.");
		Counter counter = families.counter("gin_uri_request_total",
				"all the server received request num with every uri.", "uri", "method", "code");
		this.counters = byUri(counter);
	}

	static ExchangeMeters<CounterDataPoint> byUri(Counter counter) {
		return ExchangeMeters
			.byLabels((method, route, status) -> counter.labelValues(GinUri.of(route), method, status));
	}

	@Override
	public void onEnd(Exchange exchange) {
		this.all.inc();
		this.counters.get(exchange).inc();
	}

}
