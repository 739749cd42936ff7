package io.gmicro.http;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Stream;

import io.gmicro.meter.Failures;
import io.gmicro.route.MatchedRoute;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.web.bind.annotation.RequestMethod;

/**
 * Starts, suspends and ends exchanges: determines the route and the series, and calls the
 * observers. An exception of one observer affects neither the other observers nor the
 * request. Thread-safe.
 */
final class ExchangeLifecycle {

	private static final Log logger = LogFactory.getLog(ExchangeLifecycle.class);

	private final ExchangeObserver[] observers;

	private final ExchangeObserver[] startObservers;

	private final Failures failures;

	private final SeriesTable series;

	private final LongLived longLived;

	private final Function<HttpServletRequest, @Nullable String> knownRoutes;

	/** Avoids a request attribute lookup per request while no exchange is waiting. */
	private final AtomicInteger awaited = new AtomicInteger();

	private volatile boolean listening;

	ExchangeLifecycle(List<ExchangeObserver> observers, ExchangeRules rules, MeterRegistry registry) {
		// Other observers may look up the exchange in the table when it ends
		this.observers = observers.stream()
			.sorted(Comparator.comparing(ActiveExchanges.class::isInstance))
			.toArray(ExchangeObserver[]::new);
		this.startObservers = Stream.of(this.observers)
			.filter(ExchangeLifecycle::observesStart)
			.toArray(ExchangeObserver[]::new);
		this.failures = new Failures(registry, logger, "Observing an HTTP exchange failed");
		this.series = new SeriesTable(rules.maxRoutes(), registry);
		this.longLived = new LongLived(rules.longLivedTypes());
		this.knownRoutes = rules.knownRoutes();
	}

	/** Most observers only need the end, and even calling an empty method takes time. */
	private static boolean observesStart(ExchangeObserver observer) {
		return Stream.of(observer.getClass().getMethods())
			.anyMatch((method) -> method.getName().equals("onStart")
					&& method.getDeclaringClass() != ExchangeObserver.class);
	}

	/** The container has called the request listener. */
	void containerReportsEnds() {
		if (!this.listening) {
			this.listening = true;
		}
	}

	/** Whether the container reports the end of requests. */
	boolean isEndReported() {
		return this.listening;
	}

	void awaitRequestEnd() {
		this.awaited.incrementAndGet();
	}

	boolean isAnyAwaited() {
		return this.awaited.get() > 0;
	}

	void awaitedEnded() {
		this.awaited.decrementAndGet();
	}

	Exchange begin(HttpServletRequest request) {
		Exchange exchange = new Exchange(RequestMethod.resolve(request.getMethod()), System.nanoTime());
		// Not a lambda, which would allocate an object to capture the request
		for (ExchangeObserver observer : this.startObservers) {
			try {
				observer.onStart(exchange, request);
			}
			catch (Throwable ex) {
				failed(observer, ex);
			}
		}
		return exchange;
	}

	/** Asynchronous processing continues without a thread of the container. */
	void suspend(Exchange exchange, HttpServletRequest request, HttpServletResponse response) {
		exchange.longLived(this.longLived.begins(request, response));
		exchange.async();
		each(ExchangeObserver::onAsync, exchange);
		exchange.servedBy(null);
	}

	/** The calling thread continues an exchange. */
	void resume(Exchange exchange) {
		exchange.servedBy(Thread.currentThread());
		each(ExchangeObserver::onResume, exchange);
	}

	void dispatched(Exchange exchange, long startNanos) {
		exchange.servedBy(null);
		// Not a lambda, since the heap may be full
		for (ExchangeObserver observer : this.observers) {
			try {
				observer.onDispatch(exchange, startNanos);
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

	/** Determines the route, before an error page replaces it. */
	void matchRoute(Exchange exchange, HttpServletRequest request, int status) {
		if (MatchedRoute.isUnmatchedResource(request, status)) {
			exchange.matched(null);
		}
		else if (exchange.pattern() == null && status != HttpServletResponse.SC_NOT_FOUND) {
			exchange.matched(knownRoute(request));
		}
	}

	private @Nullable String knownRoute(HttpServletRequest request) {
		try {
			return this.knownRoutes.apply(request);
		}
		catch (RuntimeException | Error ex) {
			failed(this.knownRoutes, ex);
			return null;
		}
	}

	/**
	 * Ends an exchange with the response that the client received.
	 * @param exchange the exchange
	 * @param request the request
	 * @param response the response
	 * @param status the status that was sent
	 * @param bodySize the size of the body that was sent
	 */
	void complete(Exchange exchange, HttpServletRequest request, HttpServletResponse response, int status,
			long bodySize) {
		if (exchange.hasEnded()) {
			return;
		}
		if (status == HttpServletResponse.SC_SWITCHING_PROTOCOLS) {
			exchange.longLived(true);
		}
		else if (exchange.isAsync()) {
			// The content type may have been set after the exchange was suspended
			exchange.longLived(this.longLived.ended(request, response, status, exchange.isLongLived()));
		}
		exchange.responded(status, request.getContentLengthLong(),
				(exchange.requestMethod() == RequestMethod.HEAD) ? 0 : bodySize);
		exchange.end(this.series.find(exchange.requestMethod(), exchange.pattern(), status), System.nanoTime());
		ended(exchange);
	}

	/** Not a lambda, which would double the number of calls. */
	private void ended(Exchange exchange) {
		for (ExchangeObserver observer : this.observers) {
			try {
				observer.onEnd(exchange);
			}
			catch (Throwable ex) {
				failed(observer, ex);
			}
		}
	}

	/** Ends an exchange whose end could not be measured. */
	void abandon(Exchange exchange, Throwable failure) {
		failed(this, failure);
		if (!exchange.hasEnded()) {
			exchange.abandon(System.nanoTime());
			ended(exchange);
		}
	}

	/** Counts a failure of the measurement, which must not affect the request. */
	void failed(Object source, Throwable failure) {
		this.failures.add(source, failure);
	}

}
