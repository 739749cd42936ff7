package io.gmicro.http;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;

import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.core.Ordered;
import org.springframework.web.bind.annotation.RequestMethod;

/**
 * Decides, once for every observer, when an exchange begins, when it ends and what the
 * client saw. Register it for the dispatcher types {@code REQUEST}, {@code ASYNC} and
 * {@code ERROR}, with asynchronous support, in front of everything that may answer.
 * <p>
 * An exchange ends when the filter chain has returned or thrown; when asynchronous
 * processing was started, it ends when that completes. A client that went away is
 * recorded as {@link Exchange#CLIENT_CLOSED_REQUEST}, an exception on its way to the
 * container as 500. Thread-safe.
 */
public final class ExchangeFilter implements Filter {

	/**
	 * How early the filter runs: just inside Spring's observation filter, whose trace is
	 * then known.
	 */
	public static final int DEFAULT_ORDER = Ordered.HIGHEST_PRECEDENCE + 2;

	private static final String ENDED_EXCHANGE = ExchangeFilter.class.getName() + ".endedExchange";

	private final ExchangeObservers observers;

	private final ExcludedPaths excludedPaths;

	private final Routes routes;

	private final LongLived longLived;

	private final Function<HttpServletRequest, @Nullable String> knownRoutes;

	/**
	 * Create a filter.
	 * @param observers who sees the exchanges, called in this order
	 * @param rules what is recorded and under which names
	 * @param registry where the filter counts what it folded and which observers failed
	 */
	public ExchangeFilter(List<ExchangeObserver> observers, ExchangeRules rules, MeterRegistry registry) {
		this.observers = new ExchangeObservers(observers, registry);
		this.excludedPaths = new ExcludedPaths(rules.excludedPaths());
		this.routes = new Routes(rules.maxRoutes(), registry);
		this.longLived = new LongLived(rules.longLivedTypes());
		this.knownRoutes = rules.knownRoutes();
	}

	/**
	 * Create a filter for an application without Spring MVC.
	 * @param observers who sees the exchanges, called in this order
	 * @param excludedPaths paths that are not recorded: exact, or a subtree with a
	 * trailing {@code /**}
	 * @param maxRoutes how many different route labels there may be, at least 1; further
	 * ones become {@link Exchange#OTHER}
	 * @param registry where the filter counts what it folded and which observers failed
	 */
	public ExchangeFilter(List<ExchangeObserver> observers, Collection<String> excludedPaths, int maxRoutes,
			MeterRegistry registry) {
		this(observers, new ExchangeRules(excludedPaths, maxRoutes), registry);
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
				case ERROR -> writeErrorPage(httpRequest, httpResponse, chain);
				case ASYNC -> resume(httpRequest, httpResponse, chain);
				default -> begin(httpRequest, httpResponse, chain);
			}
		}
	}

	private void begin(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws IOException, ServletException {
		if (this.excludedPaths.contains(request)) {
			chain.doFilter(request, response);
		}
		else {
			exchange(request, response, chain);
		}
	}

	private void exchange(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws IOException, ServletException {
		Exchange exchange = new Exchange(RequestMethod.resolve(request.getMethod()), System.nanoTime());
		this.observers.started(exchange, request);
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
				abandon(exchange, ex);
			}
		}
	}

	/** An exchange whose end cannot be measured is over nevertheless. */
	void abandon(Exchange exchange, Throwable failure) {
		this.observers.failed(this, failure);
		if (!exchange.hasEnded()) {
			exchange.abandon(System.nanoTime());
			this.observers.ended(exchange);
		}
	}

	private void afterChain(Exchange exchange, HttpServletRequest request, HttpServletResponse response,
			@Nullable Throwable failure) {
		exchange.matched(MatchedRoute.of(request));
		if (AsyncEnd.await(this, exchange, request, response)) {
			return;
		}
		if (failure != null) {
			afterFailure(exchange, request, response, failure);
		}
		else {
			end(exchange, request, response, null, response.getStatus(),
					ServletContainer.awaitsErrorPage(request, response, false));
		}
	}

	void afterFailure(Exchange exchange, HttpServletRequest request, HttpServletResponse response, Throwable failure) {
		end(exchange, request, response, failure, ServletContainer.statusAfterException(request, response),
				ServletContainer.awaitsErrorPage(request, response, true));
	}

	void beforeAsync(Exchange exchange, HttpServletResponse response) {
		markLongLived(exchange, response);
		exchange.async();
		this.observers.suspended(exchange);
		exchange.servedBy(null);
	}

	void afterAsync(Exchange exchange, HttpServletRequest request, HttpServletResponse response,
			@Nullable Throwable failure, boolean connectionLost) {
		int status = connectionLost ? Exchange.CLIENT_CLOSED_REQUEST : response.getStatus();
		end(exchange, request, response, failure, status, ServletContainer.awaitsErrorPage(request, response, false));
	}

	private void markLongLived(Exchange exchange, HttpServletResponse response) {
		if (this.longLived.isStream(response.getContentType())) {
			exchange.longLived();
		}
	}

	private void end(Exchange exchange, HttpServletRequest request, HttpServletResponse response,
			@Nullable Throwable failure, int answered, boolean errorPage) {
		if (exchange.hasEnded()) {
			return;
		}
		if (exchange.isAsync()) {
			// It may have been decided only on another thread
			markLongLived(exchange, response);
		}
		if (errorPage) {
			request.setAttribute(ENDED_EXCHANGE, exchange);
		}
		boolean aborted = ClientAbort.isCauseOf(failure)
				|| ClientAbort.isCauseOf(MatchedRoute.handledException(request));
		int status = aborted ? Exchange.CLIENT_CLOSED_REQUEST : answered;
		exchange.responded(status, request.getContentLengthLong(),
				errorPage ? Exchange.UNKNOWN_SIZE : bodySize(exchange, response));
		if (answered == HttpServletResponse.SC_SWITCHING_PROTOCOLS) {
			exchange.longLived();
		}
		if (exchange.pattern() == null && status != HttpServletResponse.SC_NOT_FOUND) {
			exchange.matched(knownRoute(request));
		}
		String pattern = MatchedRoute.isUnmatchedResource(request, status) ? null : exchange.pattern();
		exchange.end(this.routes.find(exchange.requestMethod(), pattern, status), System.nanoTime());
		this.observers.ended(exchange);
	}

	private @Nullable String knownRoute(HttpServletRequest request) {
		try {
			return this.knownRoutes.apply(request);
		}
		catch (RuntimeException | Error ex) {
			this.observers.failed(this.knownRoutes, ex);
			return null;
		}
	}

	private void resume(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws IOException, ServletException {
		Exchange exchange = AsyncEnd.exchange(request);
		long start = System.nanoTime();
		if (exchange != null) {
			exchange.servedBy(Thread.currentThread());
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
				exchange.servedBy(null);
				this.observers.dispatched(exchange, start);
			}
		}
	}

	private static long bodySize(Exchange exchange, HttpServletResponse response) {
		return (exchange.requestMethod() == RequestMethod.HEAD) ? 0 : ServletContainer.bodyWritten(response);
	}

	private void writeErrorPage(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws IOException, ServletException {
		try {
			chain.doFilter(request, response);
		}
		finally {
			if (request.getAttribute(ENDED_EXCHANGE) instanceof Exchange exchange) {
				request.removeAttribute(ENDED_EXCHANGE);
				exchange.errorPage(bodySize(exchange, response));
				this.observers.errorPageWritten(exchange);
			}
		}
	}

}
