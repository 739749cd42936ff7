package io.gmicro.http;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.gmicro.route.MatchedRoute;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestEvent;
import jakarta.servlet.ServletRequestListener;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.core.Ordered;

/**
 * Determines for all observers when an exchange starts, when it ends and which response
 * the client received. Register it for the dispatcher types {@code REQUEST},
 * {@code ASYNC}, {@code ERROR} and {@code INCLUDE}, with asynchronous support, before all
 * other filters that may send a response, and as a listener of the same servlet context.
 * <p>
 * An exchange ends when the filter chain has returned, or when asynchronous processing
 * has completed. If the response may still change, because the container has to send an
 * error or a filter outside has wrapped the response, the exchange ends when the
 * container has finished the request. If the filter is not registered as a listener, such
 * an exchange ends immediately, with the status that containers send. If the client
 * disconnected, the status is {@link Exchange#CLIENT_CLOSED_REQUEST}. Thread-safe.
 */
public final class ExchangeFilter implements Filter, ServletRequestListener {

	/**
	 * The order of the filter: directly after Spring's observation filter, so that the
	 * trace is known.
	 */
	public static final int DEFAULT_ORDER = Ordered.HIGHEST_PRECEDENCE + 2;

	private final ExchangeLifecycle exchanges;

	private final DispatchCost cost;

	private final ExcludedPaths excludedPaths;

	/**
	 * Create a filter.
	 * @param observers the observers, in the order in which they are called
	 * @param rules the rules
	 * @param registry the registry of the counters of overflows and of observer errors
	 */
	public ExchangeFilter(List<ExchangeObserver> observers, ExchangeRules rules, MeterRegistry registry) {
		this.exchanges = new ExchangeLifecycle(observers, rules, registry);
		this.cost = this.exchanges.cost();
		this.excludedPaths = new ExcludedPaths(rules.excludedPaths());
	}

	/**
	 * Create a filter for an application without Spring MVC.
	 * @param observers the observers, in the order in which they are called
	 * @param excludedPaths paths that are not recorded: exact, or a subtree with a
	 * trailing {@code /**}
	 * @param maxRoutes the maximum number of routes, at least 1; further routes are
	 * recorded as {@link Exchange#OTHER}
	 * @param registry the registry of the counters of overflows and of observer errors
	 */
	public ExchangeFilter(List<ExchangeObserver> observers, Collection<String> excludedPaths, int maxRoutes,
			MeterRegistry registry) {
		this(observers, new ExchangeRules(excludedPaths, maxRoutes), registry);
	}

	/**
	 * Make the observers register the meters of responses that are expected of mapped
	 * routes, so that they exist with the value 0 before the first request.
	 * @param methods the request methods of each path template
	 * @param schemes the schemes that requests may have, {@code http} or {@code https}
	 * @param protocols the protocols, such as {@code HTTP/1.1}
	 * @see ExchangeObserver#onExpected(Exchange)
	 */
	public void expect(Map<String, Set<String>> methods, Collection<String> schemes, Collection<String> protocols) {
		this.exchanges.expect(methods, schemes, protocols);
	}

	@Override
	public void requestInitialized(ServletRequestEvent event) {
		this.exchanges.containerReportsEnds();
	}

	@Override
	public void requestDestroyed(ServletRequestEvent event) {
		if (this.exchanges.isAnyAwaited() && RequestEnd.finished(event.getServletRequest())) {
			this.exchanges.awaitedEnded();
		}
	}

	@Override
	public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
			throws IOException, ServletException {
		if (!(request instanceof HttpServletRequest httpRequest)
				|| !(response instanceof HttpServletResponse httpResponse)) {
			chain.doFilter(request, response);
		}
		else {
			switch (request.getDispatcherType()) {
				case ERROR -> errorPage(httpRequest, httpResponse, chain);
				case ASYNC -> resume(httpRequest, httpResponse, chain);
				case INCLUDE -> {
					MatchedRoute.included(httpRequest);
					chain.doFilter(request, response);
				}
				default -> begin(httpRequest, httpResponse, chain);
			}
		}
	}

	private void begin(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws IOException, ServletException {
		if (isExcluded(request)) {
			chain.doFilter(request, response);
		}
		else {
			exchange(request, response, chain);
		}
	}

	private boolean isExcluded(HttpServletRequest request) {
		try {
			return this.excludedPaths.contains(request);
		}
		catch (RuntimeException | Error ex) {
			this.exchanges.failed(this.excludedPaths, ex);
			return false;
		}
	}

	private void exchange(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws IOException, ServletException {
		Exchange exchange = started(request);
		if (exchange == null) {
			chain.doFilter(request, response);
			return;
		}
		long @Nullable [] open = this.cost.begin();
		Throwable failure = null;
		try {
			chain.doFilter(request, response);
		}
		catch (Throwable ex) {
			failure = ex;
			throw ex;
		}
		finally {
			try {
				afterChain(exchange, request, response, failure);
			}
			catch (RuntimeException | Error ex) {
				this.exchanges.abandon(exchange, ex);
			}
			finally {
				this.cost.end(open, exchange, request);
			}
		}
	}

	/** Not recorded if the heap is full, so that the request is served nevertheless. */
	private @Nullable Exchange started(HttpServletRequest request) {
		try {
			return this.exchanges.begin(request);
		}
		catch (RuntimeException | Error ex) {
			this.exchanges.failed(this, ex);
			return null;
		}
	}

	private void afterChain(Exchange exchange, HttpServletRequest request, HttpServletResponse response,
			@Nullable Throwable failure) {
		// The interceptor may be missing, and a forward replaces the route that it has
		// set
		exchange.matched(MatchedRoute.of(request));
		if (!AsyncEnd.await(this.exchanges, exchange, request, response)) {
			RequestEnd.answered(this.exchanges, exchange, request, response, failure);
		}
	}

	private void resume(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws IOException, ServletException {
		Exchange exchange = AsyncEnd.exchange(request);
		long start = System.nanoTime();
		long @Nullable [] open = null;
		if (exchange != null) {
			this.exchanges.resume(exchange);
			open = this.cost.begin();
		}
		try {
			chain.doFilter(request, response);
		}
		catch (Throwable ex) {
			AsyncEnd.dispatchFailed(request, response, ex);
			throw ex;
		}
		finally {
			if (exchange != null) {
				this.exchanges.dispatched(exchange, start);
				this.cost.end(open, exchange, request);
			}
		}
	}

	private void errorPage(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws IOException, ServletException {
		RequestEnd.errorPage(request);
		Exchange exchange = this.cost.exchange(request);
		long @Nullable [] open = (exchange != null) ? this.cost.begin() : null;
		try {
			chain.doFilter(request, response);
		}
		finally {
			AsyncEnd.errorPageWritten(request);
			if (exchange != null) {
				this.cost.end(open, exchange, request);
			}
		}
	}

}
