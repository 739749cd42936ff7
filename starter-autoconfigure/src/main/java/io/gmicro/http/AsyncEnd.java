package io.gmicro.http;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

/**
 * Ends an exchange once, when its asynchronous processing has completed, even if it was
 * started several times. A timeout or an error is not the end, because the status is
 * final only on completion.
 */
final class AsyncEnd implements AsyncListener {

	private static final String ATTRIBUTE = AsyncEnd.class.getName();

	private final AtomicBoolean ended = new AtomicBoolean();

	private final ExchangeLifecycle exchanges;

	private final Exchange exchange;

	private final HttpServletRequest request;

	private final HttpServletResponse response;

	private volatile @Nullable Throwable failure;

	private volatile boolean awaitsErrorPage;

	private volatile boolean connectionLost;

	private AsyncEnd(ExchangeLifecycle exchanges, Exchange exchange, HttpServletRequest request,
			HttpServletResponse response) {
		this.exchanges = exchanges;
		this.exchange = exchange;
		this.request = request;
		this.response = response;
	}

	/**
	 * Waits for the end of asynchronous processing if it is in progress.
	 * @param exchanges suspends and ends the exchange
	 * @param exchange the exchange
	 * @param request the request
	 * @param response the response
	 * @return {@code false} if there is nothing to wait for
	 */
	static boolean await(ExchangeLifecycle exchanges, Exchange exchange, HttpServletRequest request,
			HttpServletResponse response) {
		if (!request.isAsyncStarted()) {
			return false;
		}
		exchanges.suspend(exchange, request, response);
		try {
			AsyncEnd end = new AsyncEnd(exchanges, exchange, request, response);
			request.getAsyncContext().addListener(end);
			request.setAttribute(ATTRIBUTE, end);
			return true;
		}
		catch (IllegalStateException ex) {
			return false;
		}
	}

	/**
	 * The exchange of an asynchronous dispatch.
	 * @param request the request
	 * @return the exchange, or {@code null} if it is not recorded
	 */
	static @Nullable Exchange exchange(HttpServletRequest request) {
		return (request.getAttribute(ATTRIBUTE) instanceof AsyncEnd end) ? end.exchange : null;
	}

	/**
	 * Ends the exchange with the exception that an asynchronous dispatch threw. Only an
	 * error page may follow. Completion is not reported reliably: not by Tomcat if it
	 * closes the connection, and not by Jetty 12.0 if the response was sent.
	 * @param request the request
	 * @param response the response
	 * @param failure what the dispatch threw
	 */
	static void dispatchFailed(HttpServletRequest request, HttpServletResponse response, Throwable failure) {
		if (!(request.getAttribute(ATTRIBUTE) instanceof AsyncEnd end)) {
			return;
		}
		if (ContainerErrors.isAnsweredAfter(request, response, failure)) {
			end.failure = failure;
			end.awaitsErrorPage = true;
		}
		else if (end.ended.compareAndSet(false, true)) {
			try {
				RequestEnd.answered(end.exchanges, end.exchange, request, response, failure);
			}
			catch (RuntimeException | Error ex) {
				end.exchanges.abandon(end.exchange, ex);
			}
		}
	}

	/**
	 * Ends the exchange after the dispatch to its error page, if it waits for that.
	 * @param request the request
	 */
	static void errorPageWritten(HttpServletRequest request) {
		if (request.getAttribute(ATTRIBUTE) instanceof AsyncEnd end && end.awaitsErrorPage) {
			end.end();
		}
	}

	@Override
	public void onComplete(AsyncEvent event) {
		if (!awaitsErrorPage()) {
			end();
		}
	}

	private boolean awaitsErrorPage() {
		try {
			this.awaitsErrorPage = this.failure == null && this.exchanges.isEndReported()
					&& ContainerErrors.hasErrorPageAfterCompletion(this.request, this.response);
			return this.awaitsErrorPage;
		}
		catch (RuntimeException | Error ex) {
			return false;
		}
	}

	private void end() {
		if (this.ended.compareAndSet(false, true)) {
			try {
				complete();
			}
			catch (RuntimeException | Error ex) {
				this.exchanges.abandon(this.exchange, ex);
			}
		}
	}

	private void complete() {
		Throwable reported = this.failure;
		// Jetty does not report an exception of a handler to listeners
		Throwable thrown = (reported != null) ? reported : ServletContainer.errorException(this.request);
		boolean gone = this.connectionLost || ContainerErrors.isClientAbort(thrown, this.request);
		int status = gone ? Exchange.CLIENT_CLOSED_REQUEST : this.response.getStatus();
		this.exchanges.matchRoute(this.exchange, this.request, status);
		boolean failed = thrown != null || ServletContainer.isJetty(this.response)
				|| ServletContainer.errorSent(this.request, this.response, status);
		this.exchanges.complete(this.exchange, this.request, this.response, status, failed
				? ServletContainer.bodyOrErrorPageWritten(this.response) : ServletContainer.bodyWritten(this.response),
				thrown);
	}

	@Override
	public void onTimeout(AsyncEvent event) {
	}

	@Override
	public void onError(AsyncEvent event) {
		this.failure = event.getThrowable();
		// Tomcat reports a lost connection with the IOException of its socket, outside
		// of any dispatch
		this.connectionLost |= event.getThrowable() instanceof IOException
				&& this.request.getDispatcherType() == DispatcherType.REQUEST;
	}

	@Override
	public void onStartAsync(AsyncEvent event) {
		event.getAsyncContext().addListener(this);
	}

}
