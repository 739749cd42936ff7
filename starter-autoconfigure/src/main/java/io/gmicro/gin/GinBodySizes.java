package io.gmicro.gin;

import io.gmicro.http.Exchange;
import io.gmicro.http.ExchangeObserver;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;

/**
 * Counts {@code gin_request_body_total} and {@code gin_response_body_total}, the bytes of
 * all request bodies, as declared, and of all response bodies, as the application wrote
 * them. Thread-safe.
 */
public final class GinBodySizes implements ExchangeObserver {

	private final CounterDataPoint received;

	private final CounterDataPoint sent;

	/**
	 * Create an observer.
	 * @param families creates the families
	 */
	public GinBodySizes(GinFamilies families) {
		this.received = families.counter("gin_request_body_total", "the server received request body size, unit byte");
		this.sent = families.counter("gin_response_body_total", "the server send response body size, unit byte");
	}

	@Override
	public void onEnd(Exchange exchange) {
		add(exchange.requestBodySize(), this.received);
		add(exchange.responseBodySize(), this.sent);
	}

	private static void add(long size, CounterDataPoint counter) {
		if (size > 0) {
			counter.inc(size);
		}
	}

}
