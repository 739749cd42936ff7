package io.gmicro.http;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

/**
 * Starts, suspends and ends exchanges: determines the route and the series, and calls the
 * observers. An exception of one observer affects neither the other observers nor the
 * request. Thread-safe.
 */
final class ExchangeLifecycle {

	private static final Log logger = LogFactory.getLog(ExchangeLifecycle.class);

	private static final List<Integer> EXPECTED_STATUSES = List.of(200, 500, 503);

	private final ExchangeObserver[] observers;

	private final ExchangeObserver[] startObservers;

	private final DispatchCost cost;

	private final Failures failures;

	private final RequestLabels.Table labels;

	private final SeriesTable series;

	private final ErrorTypes errorTypes;

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
		this.cost = new DispatchCost(observers, this.failures);
		LabelRules labelRules = rules.labels();
		this.labels = new RequestLabels.Table(labelRules.knownMethods(), labelRules.protocolVersion());
		this.series = new SeriesTable(labelRules, registry);
		this.errorTypes = new ErrorTypes(labelRules.errorType(), registry);
		this.longLived = new LongLived(rules.longLivedTypes());
		this.knownRoutes = rules.knownRoutes();
	}

	/** Most observers only need the end, and even calling an empty method takes time. */
	private static boolean observesStart(ExchangeObserver observer) {
		return Stream.of(observer.getClass().getMethods())
			.anyMatch((method) -> method.getName().equals("onStart")
					&& method.getDeclaringClass() != ExchangeObserver.class);
	}

	/** Measures what dispatches cost. */
	DispatchCost cost() {
		return this.cost;
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
		Exchange exchange = new Exchange(this.labels.find(request), System.nanoTime());
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
	 * @param failure what was thrown and not handled
	 */
	void complete(Exchange exchange, HttpServletRequest request, HttpServletResponse response, int status,
			long bodySize, @Nullable Throwable failure) {
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
		exchange.responded(status, request.getContentLengthLong(), isHead(exchange, request) ? 0 : bodySize);
		exchange.end(this.series.find(exchange.labels(), exchange.pattern(), status,
				errorType(exchange, request, status, failure)), System.nanoTime());
		ended(exchange);
		this.cost.record(exchange, request);
	}

	private static boolean isHead(Exchange exchange, HttpServletRequest request) {
		String method = exchange.method();
		return "HEAD".equals(method.equals(Exchange.OTHER) ? request.getMethod() : method);
	}

	private ErrorTypes.Value errorType(Exchange exchange, HttpServletRequest request, int status,
			@Nullable Throwable failure) {
		boolean aborted = exchange.isAborted();
		Throwable exception = null;
		if (this.errorTypes.needsException(status, aborted)) {
			exception = (failure != null) ? failure : ServletContainer.errorException(request);
			exception = (exception != null) ? exception : MatchedRoute.handledException(request);
		}
		return this.errorTypes.of(status, aborted, exception);
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

	/**
	 * Makes the observers register the meters of expected responses.
	 * @param methods the request methods of each path template
	 * @param schemes the schemes of requests
	 * @param protocols the protocols of requests
	 */
	void expect(Map<String, Set<String>> methods, Collection<String> schemes, Collection<String> protocols) {
		for (String scheme : schemes) {
			for (String protocol : protocols) {
				methods.forEach((template, allowed) -> allowed
					.forEach((method) -> expect(this.labels.find(method, scheme, protocol), template)));
			}
		}
	}

	private void expect(RequestLabels request, String template) {
		if (!request.method().equals(Exchange.OTHER)) {
			EXPECTED_STATUSES.forEach((status) -> expect(request, template, status));
		}
	}

	private void expect(RequestLabels request, String template, int status) {
		long now = System.nanoTime();
		Exchange exchange = new Exchange(request, now);
		exchange.matched(template);
		exchange.responded(status, Exchange.UNKNOWN_SIZE, Exchange.UNKNOWN_SIZE);
		exchange.end(this.series.find(request, template, status, this.errorTypes.of(status, false, null)), now);
		each(ExchangeObserver::onExpected, exchange);
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
