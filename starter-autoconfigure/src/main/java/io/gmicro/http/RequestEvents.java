package io.gmicro.http;

import java.util.function.Supplier;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Period;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/**
 * Writes the JFR event {@code gmicro.HttpRequest}, with which samples of a thread are
 * attributed to routes, to recordings that enable it. Costs almost nothing while there is
 * no such recording. Thread-safe.
 */
public final class RequestEvents implements ExchangeObserver, AutoCloseable {

	/** Used only to check whether the event is enabled. */
	private static final RequestEvent PROBE = new RequestEvent();

	private final Runnable hook = this::running;

	private final Supplier<@Nullable ActiveExchanges> active;

	/**
	 * Create an observer.
	 * @param active returns the requests in flight, or {@code null} without such a table
	 */
	public RequestEvents(Supplier<@Nullable ActiveExchanges> active) {
		this.active = active;
		FlightRecorder.addPeriodicEvent(RequestEvent.class, this.hook);
	}

	@Override
	public void onAsync(Exchange exchange) {
		if (PROBE.isEnabled()) {
			served(exchange, Thread.currentThread(), exchange.startNanos());
		}
	}

	@Override
	public void onDispatch(Exchange exchange, long startNanos) {
		if (PROBE.isEnabled()) {
			served(exchange, Thread.currentThread(), startNanos);
		}
	}

	@Override
	public void onEnd(Exchange exchange) {
		Thread thread = exchange.thread();
		if (PROBE.isEnabled() && thread != null && !exchange.isAsync()) {
			served(exchange, thread, exchange.startNanos());
		}
	}

	private void running() {
		ActiveExchanges exchanges = this.active.get();
		if (exchanges != null) {
			exchanges.operations().forEach((operation) -> {
				if (operation instanceof Exchange exchange) {
					running(exchange);
				}
			});
		}
	}

	private static void running(Exchange exchange) {
		Thread thread = exchange.thread();
		if (thread != null && !exchange.isAsync()) {
			served(exchange, thread, exchange.startNanos());
		}
	}

	private static void served(Exchange exchange, Thread thread, long startNanos) {
		RequestEvent event = new RequestEvent();
		event.server = thread;
		event.method = exchange.method();
		event.route = exchange.knownRoute();
		// The thread may lose its CPU between any two of these lines: "served" may become
		// too long, but never too short
		event.begin();
		event.end();
		event.served = System.nanoTime() - startNanos;
		event.commit();
	}

	/**
	 * Stops writing events for the requests in flight.
	 */
	@Override
	public void close() {
		FlightRecorder.removePeriodicEvent(this.hook);
	}

	/**
	 * A thread has served a request until now, for a duration. Requests in flight have
	 * one event at the end of each chunk of the recording.
	 */
	@Name("gmicro.HttpRequest")
	@Label("HTTP Request")
	@Description("A thread served an HTTP request, or is serving one")
	@Category("gmicro")
	@Enabled(false)
	@StackTrace(false)
	@Period("endChunk")
	static final class RequestEvent extends Event {

		@Label("Server Thread")
		@Nullable Thread server;

		@Label("Served")
		@Timespan(Timespan.NANOSECONDS)
		long served;

		@Label("Method")
		@Nullable String method;

		@Label("Route")
		@Nullable String route;

	}

}
