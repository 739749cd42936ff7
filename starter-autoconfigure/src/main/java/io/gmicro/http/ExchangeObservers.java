package io.gmicro.http;

import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.http.HttpServletRequest;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Calls every observer and keeps what one throws away from the others and from the
 * request.
 */
final class ExchangeObservers {

	private static final Log logger = LogFactory.getLog(ExchangeObservers.class);

	private final ExchangeObserver[] observers;

	private final ExchangeObserver[] startObservers;

	private final Counter errors;

	private volatile boolean warned;

	ExchangeObservers(List<ExchangeObserver> observers, MeterRegistry registry) {
		this.observers = observers.toArray(ExchangeObserver[]::new);
		this.startObservers = observers.stream()
			.filter(ExchangeObservers::looksAtStart)
			.toArray(ExchangeObserver[]::new);
		this.errors = Counter.builder("gmicro.observer.errors")
			.description("Failures of observing requests and calls")
			.register(registry);
	}

	/** Most look at the end alone, and calling a method that does nothing costs too. */
	private static boolean looksAtStart(ExchangeObserver observer) {
		return Arrays.stream(observer.getClass().getMethods())
			.anyMatch((method) -> method.getName().equals("onStart")
					&& method.getDeclaringClass() != ExchangeObserver.class);
	}

	/** With a loop of its own: a lambda that captures the request would be an object. */
	void started(Exchange exchange, HttpServletRequest request) {
		for (ExchangeObserver observer : this.startObservers) {
			try {
				observer.onStart(exchange, request);
			}
			catch (Throwable ex) {
				failed(observer, ex);
			}
		}
	}

	void suspended(Exchange exchange) {
		each(ExchangeObserver::onAsync, exchange);
	}

	void resumed(Exchange exchange) {
		each(ExchangeObserver::onResume, exchange);
	}

	void dispatched(Exchange exchange, long startNanos) {
		each((observer, dispatched) -> observer.onDispatch(dispatched, startNanos), exchange);
	}

	/** With a loop of its own: calls through a lambda are twice as many. */
	void ended(Exchange exchange) {
		for (ExchangeObserver observer : this.observers) {
			try {
				observer.onEnd(exchange);
			}
			catch (Throwable ex) {
				failed(observer, ex);
			}
		}
	}

	private void each(BiConsumer<ExchangeObserver, Exchange> event, Exchange exchange) {
		for (ExchangeObserver observer : this.observers) {
			try {
				event.accept(observer, exchange);
			}
			catch (Throwable ex) {
				failed(observer, ex);
			}
		}
	}

	/**
	 * Count a failure of measuring, which must not become one of serving.
	 * @param source what failed
	 * @param failure how it failed
	 */
	void failed(Object source, Throwable failure) {
		try {
			this.errors.increment();
			// Not from the counter, which may be denied or begin anew with every step
			if (!this.warned && isFirst()) {
				warn(source, failure);
			}
		}
		catch (Throwable ex) {
			// Whatever counts it, the other observers and the request go on
		}
	}

	/** With a lock: an atomic object may need memory, which a full heap has not. */
	private synchronized boolean isFirst() {
		boolean first = !this.warned;
		this.warned = true;
		return first;
	}

	private static void warn(Object source, Throwable failure) {
		try {
			logger.warn("Observing an HTTP exchange failed in " + source.getClass().getName()
					+ ". Further failures are only counted, in gmicro_observer_errors_total", failure);
		}
		catch (Throwable ex) {
			// With a full heap there is no memory for telling it either
		}
	}

}
