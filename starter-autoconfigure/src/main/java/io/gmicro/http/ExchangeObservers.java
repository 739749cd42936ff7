package io.gmicro.http;

import java.util.List;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Calls every observer and keeps what one throws away from the others and from the
 * request.
 */
final class ExchangeObservers {

	private static final Log logger = LogFactory.getLog(ExchangeObservers.class);

	private final ExchangeObserver[] observers;

	private final Counter errors;

	ExchangeObservers(List<ExchangeObserver> observers, MeterRegistry registry) {
		this.observers = observers.toArray(ExchangeObserver[]::new);
		this.errors = Counter.builder("gmicro.observer.errors")
			.description("Exceptions thrown by observers of HTTP exchanges")
			.register(registry);
	}

	void started(Exchange exchange) {
		for (ExchangeObserver observer : this.observers) {
			try {
				observer.onStart(exchange);
			}
			catch (Throwable ex) {
				failed(observer, ex);
			}
		}
	}

	void suspended(Exchange exchange) {
		for (ExchangeObserver observer : this.observers) {
			try {
				observer.onAsync(exchange);
			}
			catch (Throwable ex) {
				failed(observer, ex);
			}
		}
	}

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

	void errorPageWritten(Exchange exchange) {
		for (ExchangeObserver observer : this.observers) {
			try {
				observer.onErrorPage(exchange);
			}
			catch (Throwable ex) {
				failed(observer, ex);
			}
		}
	}

	private void failed(ExchangeObserver observer, Throwable failure) {
		if (this.errors.count() == 0) {
			logger.warn("An observer of HTTP exchanges failed: " + observer.getClass().getName()
					+ ". Further failures are only counted, in gmicro_observer_errors_total", failure);
		}
		this.errors.increment();
	}

}
