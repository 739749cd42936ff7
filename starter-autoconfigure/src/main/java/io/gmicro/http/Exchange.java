package io.gmicro.http;

import java.util.Objects;

import io.gmicro.inflight.Operation;
import io.gmicro.meter.Overflow;
import io.gmicro.route.RouteLabels;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP request and its response, as passed to an {@link ExchangeObserver}. An
 * exchange is written only by {@link ExchangeFilter}, on the thread that serves the
 * request; the servlet container synchronizes when it passes a request from thread to
 * thread. An exchange is never reused. While it is in flight, other threads may only call
 * {@link #method()}, {@link #startNanos()}, {@link #pattern()}, {@link #thread()} and
 * {@link #isLongLived()}. All other methods may be called once it has ended and was
 * safely published to the calling thread.
 */
public final class Exchange extends Operation {

	/**
	 * Label value for everything that has no label value of its own, such as an unknown
	 * request method.
	 */
	public static final String OTHER = Overflow.OTHER;

	/**
	 * Status of an exchange whose client disconnected before it received the whole
	 * response (nginx's code).
	 */
	public static final int CLIENT_CLOSED_REQUEST = 499;

	/** An unknown body size. */
	public static final long UNKNOWN_SIZE = -1;

	private final RequestLabels labels;

	private boolean longLived;

	private boolean async;

	private boolean aborted;

	private long requestBodySize = UNKNOWN_SIZE;

	private long responseBodySize = UNKNOWN_SIZE;

	private int status;

	private @Nullable String pattern;

	private @Nullable Series series;

	Exchange(RequestLabels labels, long startNanos) {
		super(startNanos);
		this.labels = labels;
	}

	/** Overridden to be visible in this package. */
	@Override
	protected void servedBy(@Nullable Thread thread) {
		super.servedBy(thread);
	}

	void async() {
		this.async = true;
	}

	/** Whether asynchronous processing was started. */
	boolean isAsync() {
		return this.async;
	}

	/** The route label if the exchange has ended, else what has matched so far. */
	String knownRoute() {
		Series ended = this.series;
		return (ended != null) ? ended.route() : Objects.requireNonNullElse(this.pattern, RouteLabels.UNKNOWN);
	}

	void aborted() {
		this.aborted = true;
	}

	void longLived(boolean longLived) {
		this.longLived = longLived;
	}

	void matched(@Nullable String pattern) {
		this.pattern = pattern;
	}

	void responded(int status, long requestBodySize, long responseBodySize) {
		this.status = status;
		this.requestBodySize = requestBodySize;
		this.responseBodySize = responseBodySize;
	}

	void end(Series series, long endNanos) {
		this.series = series;
		endedAt(endNanos);
	}

	/** Ends the exchange without a series. */
	void abandon(long endNanos) {
		endedAt(endNanos);
	}

	boolean hasEnded() {
		return durationNanos() >= 0;
	}

	/** Whether the exchange has ended with a series. */
	boolean isRecorded() {
		return this.series != null;
	}

	RequestLabels labels() {
		return this.labels;
	}

	Series series() {
		Series series = this.series;
		if (series == null) {
			throw new IllegalStateException("The exchange has not ended yet");
		}
		return series;
	}

	/**
	 * The request method.
	 * @return a {@linkplain LabelRules#knownMethods() known method}, {@value #OTHER} for
	 * any other method
	 * @see <a href=
	 * "https://opentelemetry.io/docs/specs/semconv/http/http-metrics/">OpenTelemetry,
	 * HTTP metrics</a>
	 */
	public String method() {
		return this.labels.method();
	}

	/**
	 * The bounded route, never the raw path. It is the value of the label
	 * {@code http_route} but for the context path.
	 * @return the path template that Spring matched, such as <code>/orders/{id}</code>;
	 * if none matched, {@code NOT_FOUND} for status 404, {@code REDIRECTION} for 3xx and
	 * {@code UNKNOWN} otherwise; {@value #OTHER} beyond the maximum number of routes
	 * @throws IllegalStateException if the exchange has not ended
	 */
	@Override
	public String route() {
		return series().route();
	}

	/**
	 * The path template that Spring matched.
	 * @return the template, or {@code null} until one has matched
	 */
	@Override
	public @Nullable String pattern() {
		return this.pattern;
	}

	/**
	 * Whether the response is a stream that lasts until the client disconnects, such as
	 * server-sent events.
	 * @return {@code true} for an asynchronous response with a streaming content type,
	 * and for a connection that switches to another protocol
	 */
	@Override
	public boolean isLongLived() {
		return this.longLived;
	}

	/**
	 * Whether the server aborted the response after it was committed, so that the client
	 * received an incomplete body, possibly with a status of success.
	 * @return {@code true} after such an exception, {@code false} if the client
	 * disconnected
	 */
	public boolean isAborted() {
		return this.aborted;
	}

	/**
	 * The status code that the client received.
	 * @return the status, {@value #CLIENT_CLOSED_REQUEST} if the client disconnected, 0
	 * before the exchange has ended
	 */
	public int status() {
		return this.status;
	}

	/**
	 * The size of the request body according to its {@code Content-Length}.
	 * @return the size in bytes, {@value #UNKNOWN_SIZE} if the request declares none
	 */
	public long requestBodySize() {
		return this.requestBodySize;
	}

	/**
	 * The size of the response body as the application wrote it, before compression and
	 * transfer coding.
	 * @return the size in bytes, error pages included, {@value #UNKNOWN_SIZE} if the
	 * container does not report it
	 */
	public long responseBodySize() {
		return this.responseBodySize;
	}

	@Override
	public String methodText() {
		return method();
	}

	@Override
	public String statusText() {
		return Integer.toString(this.status);
	}

	@Override
	public String boundary() {
		return ExchangeFilter.class.getName();
	}

}
