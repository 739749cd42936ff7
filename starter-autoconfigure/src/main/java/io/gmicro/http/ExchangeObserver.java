package io.gmicro.http;

import jakarta.servlet.http.HttpServletRequest;

/**
 * Sees every HTTP exchange begin and end. Each measurement of requests is one observer;
 * an application adds its own by declaring a bean of this type.
 * <p>
 * The methods run on the request path, on the thread that serves the request, and for
 * many requests at once: an implementation is thread-safe, takes no lock and allocates
 * nothing. What it throws is counted in {@code gmicro_observer_errors_total} and never
 * reaches the request.
 */
public interface ExchangeObserver {

	/**
	 * Called once an exchange, before any other filter or handler of lower precedence
	 * sees the request. Only the method and the start time are known.
	 * @param exchange the exchange that begins
	 */
	default void onStart(Exchange exchange) {
	}

	/**
	 * Called instead of {@link #onStart(Exchange) the method without the request}, which
	 * it calls, for observers that look at the request.
	 * @param exchange the exchange that begins
	 * @param request the request as it reaches the filter. It is not to be kept: the
	 * container uses it again
	 */
	default void onStart(Exchange exchange, HttpServletRequest request) {
		onStart(exchange);
	}

	/**
	 * Called when asynchronous processing was started and the exchange gives its thread
	 * back, still on that thread. Called at most once an exchange.
	 * @param exchange the exchange that goes on without a thread
	 */
	default void onAsync(Exchange exchange) {
	}

	/**
	 * Called when an asynchronous dispatch of the exchange begins, on the thread that
	 * serves it.
	 * @param exchange the exchange that is dispatched
	 */
	default void onResume(Exchange exchange) {
	}

	/**
	 * Called when an asynchronous dispatch of the exchange has been served, still on the
	 * thread that served it. The exchange may have ended meanwhile.
	 * @param exchange the exchange that was dispatched
	 * @param startNanos when the dispatch began, a reading of {@link System#nanoTime()}
	 */
	default void onDispatch(Exchange exchange, long startNanos) {
	}

	/**
	 * Called once an exchange, when it has ended: the filter chain has returned,
	 * asynchronous processing has completed or, after an error, the container has
	 * finished the request.
	 * @param exchange the exchange that ended
	 */
	void onEnd(Exchange exchange);

}
