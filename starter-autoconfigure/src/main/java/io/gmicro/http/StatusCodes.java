package io.gmicro.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * Counts {@code http_server_responses_total}, the responses by method, route and status
 * code, and {@code http_server_aborted_responses_total}, the responses that failed after
 * they had been committed, by method and route. Thread-safe.
 */
public final class StatusCodes implements ExchangeObserver {

	/** The name of the counter of all responses. */
	public static final String NAME = "http.server.responses";

	private final ExchangeMeters<Counter> counters;

	private final ExchangeMeters<Counter> aborted;

	/**
	 * Create an observer.
	 * @param registry the registry of the counters
	 */
	public StatusCodes(MeterRegistry registry) {
		this.counters = ExchangeMeters.byResponse((tags) -> Counter.builder(NAME)
			.description("HTTP server responses by status code")
			.tags(tags)
			.register(registry));
		this.aborted = ExchangeMeters.byRoute((tags) -> Counter.builder("http.server.aborted.responses")
			.description("HTTP server responses that failed after they had been committed")
			.tags(tags)
			.register(registry));
	}

	@Override
	public void onExpected(Exchange exchange) {
		this.counters.get(exchange);
	}

	@Override
	public void onEnd(Exchange exchange) {
		this.counters.get(exchange).increment();
		if (exchange.isAborted()) {
			this.aborted.get(exchange).increment();
		}
	}

}
