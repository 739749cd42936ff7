package io.gmicro.http;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

import io.gmicro.meter.Failures;
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

	private final Failures failures;

	ExchangeObservers(List<ExchangeObserver> observers, MeterRegistry registry) {
		// Who finds an exchange in the table relies on what the others do when it ends
		this.observers = observers.stream()
			.sorted(Comparator.comparing(ActiveExchanges.class::isInstance))
			.toArray(ExchangeObserver[]::new);
		this.startObservers = Stream.of(this.observers)
			.filter(ExchangeObservers::looksAtStart)
			.toArray(ExchangeObserver[]::new);
		this.failures = new Failures(registry, logger, "Observing an HTTP exchange failed");
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

	/** With a loop of its own, since there may be no memory for a lambda. */
	void dispatched(Exchange exchange, long startNanos) {
		for (ExchangeObserver observer : this.observers) {
			try {
				observer.onDispatch(exchange, startNanos);
			}
			catch (Throwable ex) {
				failed(observer, ex);
			}
		}
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
		this.failures.add(source, failure);
	}

}
