package io.gmicro.http;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * Records {@code http_server_request_body_size_bytes} and
 * {@code http_server_response_body_size_bytes}, the count and the sum of body sizes by
 * method and route. Requests are recorded if they declare the length of a body, responses
 * always, with 0 for an empty body, unless the container does not report the size.
 * Thread-safe.
 */
public final class BodySizes implements ExchangeObserver {

	/** The name of the summary of request bodies. */
	public static final String REQUEST_NAME = "http.server.request.body.size";

	/** The name of the summary of response bodies. */
	public static final String RESPONSE_NAME = "http.server.response.body.size";

	private final ExchangeMeters<DistributionSummary> requests;

	private final ExchangeMeters<DistributionSummary> responses;

	/**
	 * Create an observer.
	 * @param registry the registry of the summaries
	 */
	public BodySizes(MeterRegistry registry) {
		this.requests = summaries(registry, REQUEST_NAME, "Size of HTTP server request bodies");
		this.responses = summaries(registry, RESPONSE_NAME, "Size of HTTP server response bodies before compression");
	}

	private static ExchangeMeters<DistributionSummary> summaries(MeterRegistry registry, String name,
			String description) {
		return ExchangeMeters.byRoute((tags) -> DistributionSummary.builder(name)
			.description(description)
			.baseUnit("bytes")
			.tags(tags)
			.register(registry));
	}

	@Override
	public void onEnd(Exchange exchange) {
		// Some clients declare a length of 0 for requests without a body, others do not
		if (exchange.requestBodySize() > 0) {
			record(this.requests, exchange, exchange.requestBodySize());
		}
		record(this.responses, exchange, exchange.responseBodySize());
	}

	private static void record(ExchangeMeters<DistributionSummary> summaries, Exchange exchange, long size) {
		if (size != Exchange.UNKNOWN_SIZE) {
			summaries.get(exchange).record((double) size);
		}
	}

}
