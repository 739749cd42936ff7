package io.gmicro.slow;

import io.gmicro.http.Exchange;
import io.gmicro.http.ExchangeMeters;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * Counts slow requests. Implementations are thread-safe.
 */
@FunctionalInterface
public interface SlowRequestCounter {

	/**
	 * Count a slow request, on the thread that it ended on.
	 * @param exchange the exchange, which has ended
	 */
	void count(Exchange exchange);

	/**
	 * Register what counts slow requests such as this one.
	 * @param exchange see {@link io.gmicro.http.ExchangeObserver#onExpected}
	 */
	default void expect(Exchange exchange) {
	}

	/**
	 * Counts {@code http_server_slow_requests_total} by method, route and status code.
	 * @param registry the registry of the counters
	 * @return the counter
	 */
	static SlowRequestCounter of(MeterRegistry registry) {
		ExchangeMeters<Counter> counters = ExchangeMeters.byStatus((tags) -> Counter.builder(SlowRequests.NAME)
			.description("HTTP server requests that took longer than their threshold")
			.tags(tags)
			.register(registry));
		return new SlowRequestCounter() {

			@Override
			public void count(Exchange exchange) {
				counters.get(exchange).increment();
			}

			@Override
			public void expect(Exchange exchange) {
				counters.get(exchange);
			}

		};
	}

}
