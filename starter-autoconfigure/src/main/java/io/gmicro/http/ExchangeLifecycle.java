package io.gmicro.http;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import io.gmicro.route.MatchedRoute;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.web.bind.annotation.RequestMethod;

/**
 * Begins, suspends and ends exchanges for those who find out when it is time: decides the
 * route and the series, and tells the observers. Thread-safe.
 */
final class ExchangeLifecycle {

	private final ExchangeObservers observers;

	private final SeriesTable series;

	private final LongLived longLived;

	private final Function<HttpServletRequest, @Nullable String> knownRoutes;

	/** So that the end of a request costs nothing where no exchange waits for it. */
	private final AtomicInteger awaited = new AtomicInteger();

	private volatile boolean listening;

	ExchangeLifecycle(List<ExchangeObserver> observers, ExchangeRules rules, MeterRegistry registry) {
		this.observers = new ExchangeObservers(observers, registry);
		this.series = new SeriesTable(rules.maxRoutes(), registry);
		this.longLived = new LongLived(rules.longLivedTypes());
		this.knownRoutes = rules.knownRoutes();
	}

	/** The container has told its listeners of a request. */
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
		this.observers.started(exchange, request);
		return exchange;
	}

	/** Asynchronous processing goes on without a thread of the container. */
	void suspend(Exchange exchange, HttpServletRequest request, HttpServletResponse response) {
		exchange.longLived(this.longLived.begins(request, response));
		exchange.async();
		this.observers.suspended(exchange);
		exchange.servedBy(null);
	}

	/** The calling thread goes on with an exchange. */
	void resume(Exchange exchange) {
		exchange.servedBy(Thread.currentThread());
		this.observers.resumed(exchange);
	}

	void dispatched(Exchange exchange, long startNanos) {
		exchange.servedBy(null);
		this.observers.dispatched(exchange, startNanos);
	}

	/** Decide the route of an answer, before an error page sets another. */
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
	 * End an exchange with what the client saw.
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
			// It may have been decided only on another thread
			exchange.longLived(this.longLived.ended(request, response, status, exchange.isLongLived()));
		}
		exchange.responded(status, request.getContentLengthLong(),
				(exchange.requestMethod() == RequestMethod.HEAD) ? 0 : bodySize);
		exchange.end(this.series.find(exchange.requestMethod(), exchange.pattern(), status), System.nanoTime());
		this.observers.ended(exchange);
	}

	/** An exchange whose end cannot be measured is over nevertheless. */
	void abandon(Exchange exchange, Throwable failure) {
		failed(this, failure);
		if (!exchange.hasEnded()) {
			exchange.abandon(System.nanoTime());
			this.observers.ended(exchange);
		}
	}

	/** Count a failure of measuring, which must not become one of serving. */
	void failed(Object source, Throwable failure) {
		this.observers.failed(source, failure);
	}

}
