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
 * of an error are decided only then: by an error page, which may answer with any status,
 * or by a filter outside {@link ExchangeFilter}.
 * <p>
 * Jetty calls completion listeners once it has written its request log. Other containers
 * report the end to a {@code ServletRequestListener}, which Jetty does for each dispatch
 * and thus too early.
 */
final class RequestEnd implements Consumer<@Nullable Throwable> {

	private static final String ATTRIBUTE = RequestEnd.class.getName();

	/** Where Spring's filter keeps the observation that it started. */
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
	 * The application has answered, or failed.
	 * @param exchanges what ends the exchange, now or when the container is done
	 * @param exchange the exchange
	 * @param request the request
	 * @param response the response
	 * @param failure what is on its way to the container
	 */
	static void answered(ExchangeLifecycle exchanges, Exchange exchange, HttpServletRequest request,
			HttpServletResponse response, @Nullable Throwable failure) {
		int status = response.getStatus();
		boolean errorSent = ServletContainer.errorSent(request, response, status);
		if (failure != null || errorSent || response instanceof ServletResponseWrapper) {
			new RequestEnd(exchanges, exchange, request, response, failure, errorSent).await();
		}
		else {
			int seen = ClientAbort.isCauseOf(null, request) ? Exchange.CLIENT_CLOSED_REQUEST : status;
			exchanges.matchRoute(exchange, request, seen);
			exchanges.complete(exchange, request, response, seen, ServletContainer.bodyWritten(response));
		}
	}

	/**
	 * Create the end of a request whose filter chain has returned or thrown.
	 * @param exchanges what ends it
	 * @param exchange the exchange
	 * @param request the request
	 * @param response the response
	 * @param failure what was thrown
	 * @param errorSent whether {@code sendError} was called
	 */
	private RequestEnd(ExchangeLifecycle exchanges, Exchange exchange, HttpServletRequest request,
			HttpServletResponse response, @Nullable Throwable failure, boolean errorSent) {
		this.exchanges = exchanges;
		this.exchange = exchange;
		this.request = request;
		this.response = response;
		this.failure = failure;
		this.errorSent = errorSent;
		this.committed = response.isCommitted() && !errorSent;
		this.clientGone = ClientAbort.isCauseOf(failure, request);
	}

	/**
	 * Wait for the container, if it reports the end; otherwise the end is now, with the
	 * status that containers answer with.
	 */
	private void await() {
		int expected = expectedStatus();
		// Before an error page leaves its own route on the request
		this.exchanges.matchRoute(this.exchange, this.request, expected);
		this.pattern = this.exchange.pattern();
		if (ServletContainer.isJetty(this.response)) {
			if (ServletContainer.onCompletion(this.response, this)) {
				return;
			}
		}
		// Tomcat does not catch some errors, and reports no end of an asynchronous
		// request whose connection it closed
		else if (this.exchanges.isEndReported() && !this.exchange.isAsync() && !TomcatErrors.isFatal(this.failure)) {
			this.request.setAttribute(ATTRIBUTE, this);
			this.exchanges.awaitRequestEnd();
			return;
		}
		boolean unwritten = this.errorSent || (this.failure != null && !this.committed);
		complete(expected, isAborted(null),
				unwritten ? Exchange.UNKNOWN_SIZE : ServletContainer.bodyWritten(this.response));
	}

	private int expectedStatus() {
		if (this.clientGone) {
			return Exchange.CLIENT_CLOSED_REQUEST;
		}
		return (this.failure != null) ? statusAfter(this.failure) : this.response.getStatus();
	}

	private int statusAfter(Throwable exception) {
		return TomcatErrors.statusAfterException(this.response, exception, this.errorSent, this.exchange.isAsync());
	}

	/**
	 * The container has dispatched a request to an error page.
	 * @param request the request
	 */
	static void errorPage(ServletRequest request) {
		if (request.getAttribute(ATTRIBUTE) instanceof RequestEnd end) {
			end.errorPage = true;
		}
	}

	/**
	 * The container has finished a request.
	 * @param request the request
	 * @return {@code true} if an exchange waited for that
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
			if (this.clientGone || ClientAbort.isCauseOf(completionFailure)) {
				status = Exchange.CLIENT_CLOSED_REQUEST;
			}
			else if (aborted && exception != null) {
				status = statusAfter(exception);
			}
			this.exchange.matched(this.pattern);
			complete(status, aborted, bodySize());
		}
		catch (RuntimeException | Error ex) {
			this.exchanges.abandon(this.exchange, ex);
		}
	}

	private void complete(int status, boolean aborted, long bodySize) {
		if (aborted) {
			this.exchange.aborted();
		}
		this.exchanges.complete(this.exchange, this.request, this.response, status, bodySize);
	}

	private boolean isAborted(@Nullable Throwable completionFailure) {
		return this.committed && !this.errorPage && (this.failure != null || completionFailure != null)
				&& !this.clientGone && !ClientAbort.isCauseOf(completionFailure);
	}

	private long bodySize() {
		return (this.errorPage || !hasContainersPage()) ? ServletContainer.bodyWritten(this.response)
				: ServletContainer.bodyOrErrorPageWritten(this.response);
	}

	/** Unless a filter outside has caught what was thrown. */
	private boolean hasContainersPage() {
		return this.errorSent || (this.failure != null && ServletContainer.errorException(this.request) != null);
	}

	/** For exemplars and slow requests, which take the trace of the current scope. */
	private Observation.@Nullable Scope openScope() {
		return (this.request.getAttribute(OBSERVATION) instanceof Observation observation && !observation.isNoop())
				? observation.openScope() : null;
	}

}
