package io.gmicro.http;

import jakarta.servlet.http.HttpServletRequest;

/**
 * Called for every HTTP exchange at its start and end. Each measurement of requests is an
 * observer. To add your own, declare a bean of this type.
 * <p>
 * The methods are called on the thread that serves the request, concurrently for many
 * requests. Implementations must be thread-safe and should neither take locks nor
 * allocate memory. Exceptions are counted in {@code gmicro_observer_errors_total} and do
 * not affect the request.
 */
public interface ExchangeObserver {

	/**
	 * Called at startup for each kind of response that a mapped route is expected to
	 * send, so that its meters exist with the value 0: Prometheus computes no increase
	 * for the first value of a series.
	 * @param exchange an exchange that did not take place and must not be recorded
	 */
	default void onExpected(Exchange exchange) {
	}

	/**
	 * Called once per exchange, before filters and handlers of lower precedence. Only the
	 * method and the start time are known.
	 * @param exchange the exchange that starts
	 */
	default void onStart(Exchange exchange) {
	}

	/**
	 * Override this method instead of {@link #onStart(Exchange)}, which it calls, if the
	 * observer needs the request.
	 * @param exchange the exchange that starts
	 * @param request the request as passed to the filter. Do not keep a reference: the
	 * container reuses the object
	 */
	default void onStart(Exchange exchange, HttpServletRequest request) {
		onStart(exchange);
	}

	/**
	 * Called at most once per exchange, when asynchronous processing was started, on the
	 * thread that the exchange is about to release.
	 * @param exchange the exchange that continues without a thread
	 */
	default void onAsync(Exchange exchange) {
	}

	/**
	 * Called at the start of an asynchronous dispatch, on the thread that serves it.
	 * @param exchange the exchange that is dispatched
	 */
	default void onResume(Exchange exchange) {
	}

	/**
	 * Called at the end of an asynchronous dispatch, on the thread that served it. The
	 * exchange may already have ended.
	 * @param exchange the exchange that was dispatched
	 * @param startNanos the start of the dispatch, a reading of {@link System#nanoTime()}
	 */
	default void onDispatch(Exchange exchange, long startNanos) {
	}

	/**
	 * Called once per exchange, when it has ended: the filter chain has returned,
	 * asynchronous processing has completed or, after an error, the container has
	 * finished the request.
	 * @param exchange the exchange that ended
	 */
	void onEnd(Exchange exchange);

}
