package io.gmicro.http;

import java.util.function.Supplier;

import jdk.jfr.FlightRecorder;
import org.jspecify.annotations.Nullable;

/**
 * Marks requests in recordings of the JDK's flight recorder that ask for the event
 * {@code gmicro.HttpRequest}, so that what was sampled of a thread can be told by route.
 * While there is no such recording, it does next to nothing. Thread-safe.
 */
public final class RequestEvents implements ExchangeObserver, AutoCloseable {

	/** Only asked whether anybody records the event. */
	private static final RequestEvent PROBE = new RequestEvent();

	private final Runnable hook = this::running;

	private final Supplier<@Nullable ActiveExchanges> active;

	/**
	 * Create an observer.
	 * @param active the requests that are being served, if they are kept
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
		// The thread may have to wait for a processor between any two of these: the time
		// that was served rather begins too early than too late
		event.begin();
		event.end();
		event.served = System.nanoTime() - startNanos;
		event.commit();
	}

	/**
	 * Mark no more requests that are being served.
	 */
	@Override
	public void close() {
		FlightRecorder.removePeriodicEvent(this.hook);
	}

}
