package io.gmicro.http;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import io.gmicro.route.MatchedRoute;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestEvent;
import jakarta.servlet.ServletRequestListener;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.ServletResponseWrapper;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.core.Ordered;
import org.springframework.web.bind.annotation.RequestMethod;

/**
 * Decides, once for every observer, when an exchange begins, when it ends and what the
 * client saw. Register it for the dispatcher types {@code REQUEST}, {@code ASYNC},
 * {@code ERROR} and {@code INCLUDE}, with asynchronous support, in front of everything
 * that may answer, and as a listener of the same servlet context.
 * <p>
 * An exchange ends when the filter chain has returned, or when asynchronous processing
 * has completed. When something may still change the answer (the container has to answer
 * with an error, or a filter outside has wrapped the response), the exchange ends when
 * the container has finished the request; without the listener it ends at once, with the
 * status that containers answer with. A client that went away is recorded as
 * {@link Exchange#CLIENT_CLOSED_REQUEST}. Thread-safe.
 */
public final class ExchangeFilter implements Filter, ServletRequestListener {

	/**
	 * How early the filter runs: just inside Spring's observation filter, whose trace is
	 * then known.
	 */
	public static final int DEFAULT_ORDER = Ordered.HIGHEST_PRECEDENCE + 2;

	private final ExchangeObservers observers;

	private final ExcludedPaths excludedPaths;

	private final SeriesTable series;

	private final LongLived longLived;

	private final Function<HttpServletRequest, @Nullable String> knownRoutes;

	/** So that the end of a request costs nothing where no exchange waits for it. */
	private final AtomicInteger awaited = new AtomicInteger();

	private volatile boolean listening;

	/**
	 * Create a filter.
	 * @param observers who sees the exchanges, called in this order
	 * @param rules what is recorded and under which names
	 * @param registry where the filter counts what it folded and which observers failed
	 */
	public ExchangeFilter(List<ExchangeObserver> observers, ExchangeRules rules, MeterRegistry registry) {
		this.observers = new ExchangeObservers(observers, registry);
		this.excludedPaths = new ExcludedPaths(rules.excludedPaths());
		this.series = new SeriesTable(rules.maxRoutes(), registry);
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
	public void requestInitialized(ServletRequestEvent event) {
		if (!this.listening) {
			this.listening = true;
		}
	}

	@Override
	public void requestDestroyed(ServletRequestEvent event) {
		if (this.awaited.get() > 0 && RequestEnd.finished(event.getServletRequest())) {
			this.awaited.decrementAndGet();
		}
	}

	/** Whether the container reports the end of requests. */
	boolean isListening() {
		return this.listening;
	}

	void awaitRequestEnd() {
		this.awaited.incrementAndGet();
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
			this.observers.failed(this.excludedPaths, ex);
			return false;
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
		if (!AsyncEnd.await(this, exchange, request, response)) {
			answered(exchange, request, response, failure);
		}
	}

	/**
	 * The application has answered, or failed.
	 * @param exchange the exchange
	 * @param request the request
	 * @param response the response
	 * @param failure what is on its way to the container
	 */
	void answered(Exchange exchange, HttpServletRequest request, HttpServletResponse response,
			@Nullable Throwable failure) {
		int status = response.getStatus();
		boolean errorSent = ServletContainer.errorSent(request, response, status);
		if (failure != null || errorSent || response instanceof ServletResponseWrapper) {
			new RequestEnd(this, exchange, request, response, failure, errorSent).await();
		}
		else {
			int seen = ClientAbort.isCauseOf(null, request) ? Exchange.CLIENT_CLOSED_REQUEST : status;
			matchRoute(exchange, request, seen);
			complete(exchange, request, response, seen, ServletContainer.bodyWritten(response));
		}
	}

	void beforeAsync(Exchange exchange, HttpServletRequest request, HttpServletResponse response) {
		exchange.longLived(this.longLived.begins(request, response));
		exchange.async();
		this.observers.suspended(exchange);
		exchange.servedBy(null);
	}

	void afterAsync(Exchange exchange, HttpServletRequest request, HttpServletResponse response,
			@Nullable Throwable failure, boolean connectionLost) {
		boolean gone = connectionLost || ClientAbort.isCauseOf(failure, request);
		int status = gone ? Exchange.CLIENT_CLOSED_REQUEST : response.getStatus();
		matchRoute(exchange, request, status);
		boolean failed = failure != null || ServletContainer.isJetty(response)
				|| ServletContainer.errorSent(request, response, status);
		complete(exchange, request, response, status,
				failed ? ServletContainer.bodyOrErrorPageWritten(response) : ServletContainer.bodyWritten(response));
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
			this.observers.resumed(exchange);
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

	private void errorPage(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws IOException, ServletException {
		RequestEnd.errorPage(request);
		try {
			chain.doFilter(request, response);
		}
		finally {
			AsyncEnd.errorPageWritten(request);
		}
	}

}
