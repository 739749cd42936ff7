package io.gmicro.http;

import java.util.function.Consumer;

import io.micrometer.observation.Observation;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponseWrapper;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

/**
 * Ends an exchange when the container has finished its request. The status and the body
 * of an error are final only then, because they may be set by an error page or by a
 * filter outside {@link ExchangeFilter}.
 * <p>
 * Jetty calls completion listeners after it has written its request log. Other containers
 * call a {@code ServletRequestListener}, which Jetty calls too early, after each
 * dispatch.
 */
final class RequestEnd implements Consumer<@Nullable Throwable> {

	private static final String ATTRIBUTE = RequestEnd.class.getName();

	/** The request attribute with the observation that Spring's filter started. */
	private static final String OBSERVATION = "org.springframework.web.filter.ServerHttpObservationFilter.observation";

	private final ExchangeLifecycle exchanges;

	private final Exchange exchange;

	private final HttpServletRequest request;

	private final HttpServletResponse response;

	private final @Nullable Throwable failure;

	private final boolean errorSent;

	private final boolean committed;

	private final boolean clientGone;

	private @Nullable String pattern;

	private boolean errorPage;

	/**
	 * Ends an exchange for which the application has returned or thrown, now or when the
	 * container has finished.
	 * @param exchanges ends the exchange
	 * @param exchange the exchange
	 * @param request the request
	 * @param response the response
	 * @param failure the exception thrown to the container, or {@code null}
	 */
	static void answered(ExchangeLifecycle exchanges, Exchange exchange, HttpServletRequest request,
			HttpServletResponse response, @Nullable Throwable failure) {
		int status = response.getStatus();
		boolean errorSent = ServletContainer.errorSent(request, response, status);
		if (failure != null || errorSent || response instanceof ServletResponseWrapper) {
			new RequestEnd(exchanges, exchange, request, response, failure, errorSent).await();
		}
		else {
			int seen = ContainerErrors.isClientAbort(null, request) ? Exchange.CLIENT_CLOSED_REQUEST : status;
			exchanges.matchRoute(exchange, request, seen);
			exchanges.complete(exchange, request, response, seen, ServletContainer.bodyWritten(response), null);
		}
	}

	private RequestEnd(ExchangeLifecycle exchanges, Exchange exchange, HttpServletRequest request,
			HttpServletResponse response, @Nullable Throwable failure, boolean errorSent) {
		this.exchanges = exchanges;
		this.exchange = exchange;
		this.request = request;
		this.response = response;
		this.failure = failure;
		this.errorSent = errorSent;
		this.committed = response.isCommitted() && !errorSent;
		this.clientGone = ContainerErrors.isClientAbort(failure, request);
	}

	/**
	 * Waits for the container if it reports the end. Otherwise ends the exchange now,
	 * with the status that the container is expected to send.
	 */
	private void await() {
		int expected = expectedStatus();
		// Before an error page sets the request attributes
		this.exchanges.matchRoute(this.exchange, this.request, expected);
		this.pattern = this.exchange.pattern();
		if (ServletContainer.isJetty(this.response)) {
			if (ServletContainer.onCompletion(this.response, this)) {
				return;
			}
		}
		// Tomcat does not catch some errors, and does not report the end of an
		// asynchronous request if it closed the connection
		else if (this.exchanges.isEndReported() && !this.exchange.isAsync() && !ContainerErrors.isFatal(this.failure)) {
			this.request.setAttribute(ATTRIBUTE, this);
			this.exchanges.awaitRequestEnd();
			return;
		}
		boolean unwritten = this.errorSent || (this.failure != null && !this.committed);
		complete(expected, isAborted(null),
				unwritten ? Exchange.UNKNOWN_SIZE : ServletContainer.bodyWritten(this.response), this.failure);
	}

	private int expectedStatus() {
		if (this.clientGone) {
			return Exchange.CLIENT_CLOSED_REQUEST;
		}
		return (this.failure != null) ? statusAfter(this.failure) : this.response.getStatus();
	}

	private int statusAfter(Throwable exception) {
		return ContainerErrors.statusAfterException(this.response, exception, this.errorSent, this.exchange.isAsync());
	}

	/**
	 * Records that the container has dispatched a request to an error page.
	 * @param request the request
	 */
	static void errorPage(ServletRequest request) {
		if (request.getAttribute(ATTRIBUTE) instanceof RequestEnd end) {
			end.errorPage = true;
		}
	}

	/**
	 * Ends the exchange of a request that the container has finished.
	 * @param request the request
	 * @return {@code true} if an exchange was waiting for it
	 */
	static boolean finished(ServletRequest request) {
		if (!(request.getAttribute(ATTRIBUTE) instanceof RequestEnd end)) {
			return false;
		}
		request.removeAttribute(ATTRIBUTE);
		end.accept(null);
		return true;
	}

	@Override
	public void accept(@Nullable Throwable completionFailure) {
		try (Observation.Scope scope = openScope()) {
			boolean aborted = isAborted(completionFailure);
			Throwable exception = ServletContainer.errorException(this.request);
			int status = ServletContainer.status(this.response);
			if (this.clientGone || ContainerErrors.isClientAbort(completionFailure)) {
				status = Exchange.CLIENT_CLOSED_REQUEST;
			}
			else if (aborted && exception != null) {
				status = statusAfter(exception);
			}
			this.exchange.matched(this.pattern);
			complete(status, aborted, bodySize(), (this.failure != null) ? this.failure : completionFailure);
		}
		catch (RuntimeException | Error ex) {
			this.exchanges.abandon(this.exchange, ex);
		}
	}

	private void complete(int status, boolean aborted, long bodySize, @Nullable Throwable exception) {
		if (aborted) {
			this.exchange.aborted();
		}
		this.exchanges.complete(this.exchange, this.request, this.response, status, bodySize, exception);
	}

	private boolean isAborted(@Nullable Throwable completionFailure) {
		return this.committed && !this.errorPage && (this.failure != null || completionFailure != null)
				&& !this.clientGone && !ContainerErrors.isClientAbort(completionFailure);
	}

	private long bodySize() {
		return (this.errorPage || !hasContainersPage()) ? ServletContainer.bodyWritten(this.response)
				: ServletContainer.bodyOrErrorPageWritten(this.response);
	}

	/** No error page if a filter outside has caught the exception. */
	private boolean hasContainersPage() {
		return this.errorSent || (this.failure != null && ServletContainer.errorException(this.request) != null);
	}

	/** Exemplars and slow requests use the trace of the current scope. */
	private Observation.@Nullable Scope openScope() {
		return (this.request.getAttribute(OBSERVATION) instanceof Observation observation && !observation.isNoop())
				? observation.openScope() : null;
	}

}
