package io.gmicro.http;

import java.util.Objects;
import java.util.concurrent.TimeUnit;

import io.gmicro.inflight.Operation;
import io.gmicro.meter.Overflow;
import io.gmicro.route.RouteLabels;
import org.jspecify.annotations.Nullable;

import org.springframework.web.bind.annotation.RequestMethod;

/**
 * One HTTP request and its response, as an {@link ExchangeObserver} sees it. An exchange
 * is written by {@link ExchangeFilter} alone, on whichever thread serves the request, and
 * handed from thread to thread by the servlet container's own synchronization. It is
 * never used for a second request. Other threads may only ask for {@link #method()},
 * {@link #startNanos()}, {@link #pattern()}, {@link #thread()} and
 * {@link #isLongLived()}; everything else once the exchange has ended and was handed to
 * them safely.
 */
public final class Exchange extends Operation {

	/**
	 * Label value for a request method that is not one of the methods of RFC 9110 and RFC
	 * 5789.
	 */
	public static final String OTHER = Overflow.OTHER;

	/**
	 * Status of an exchange whose client went away before it had the whole answer
	 * (nginx's code).
	 */
	public static final int CLIENT_CLOSED_REQUEST = 499;

	/** A body size that is not known. */
	public static final long UNKNOWN_SIZE = -1;

	private final @Nullable RequestMethod method;

	private boolean longLived;

	private boolean async;

	private boolean aborted;

	private long durationNanos = -1;

	private long requestBodySize = UNKNOWN_SIZE;

	private long responseBodySize = UNKNOWN_SIZE;

	private int status;

	private @Nullable String pattern;

	private @Nullable Series series;

	Exchange(@Nullable RequestMethod method, long startNanos) {
		super(startNanos);
		this.method = method;
	}

	/** Seen by the filter, which hands the exchange from thread to thread. */
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
		this.durationNanos = endNanos - startNanos();
	}

	/** Ends it without a series. */
	void abandon(long endNanos) {
		this.durationNanos = endNanos - startNanos();
	}

	boolean hasEnded() {
		return this.durationNanos >= 0;
	}

	@Nullable RequestMethod requestMethod() {
		return this.method;
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
	 * @return {@code GET}, {@code HEAD}, {@code POST}, {@code PUT}, {@code PATCH},
	 * {@code DELETE}, {@code OPTIONS} or {@code TRACE}, and {@value #OTHER} for every
	 * other token a client may send
	 * @see <a href=
	 * "https://opentelemetry.io/docs/specs/semconv/http/http-metrics/">OpenTelemetry,
	 * HTTP metrics</a>
	 */
	public String method() {
		return (this.method != null) ? this.method.name() : OTHER;
	}

	/**
	 * The bounded route label, never the raw path.
	 * @return the path template that Spring matched, such as <code>/orders/{id}</code>;
	 * where nothing matched {@code NOT_FOUND} on status 404, {@code REDIRECTION} on 3xx,
	 * else {@code UNKNOWN}; {@value #OTHER} past the limit of routes
	 * @throws IllegalStateException when the exchange has not ended yet
	 */
	@Override
	public String route() {
		return series().route();
	}

	/**
	 * The path template that Spring matched.
	 * @return the template, or {@code null} as long as nothing has matched
	 */
	@Override
	public @Nullable String pattern() {
		return this.pattern;
	}

	/**
	 * Whether the answer is a stream that goes on for as long as the client likes, such
	 * as server-sent events.
	 * @return {@code true} for an asynchronous answer of a streaming content type, and
	 * for a connection that switches to another protocol
	 */
	@Override
	public boolean isLongLived() {
		return this.longLived;
	}

	/**
	 * Whether the server broke the response off after it had been committed, so that the
	 * client received an incomplete body behind a status that may say otherwise.
	 * @return {@code true} after such an exception, {@code false} when the client went
	 * away
	 */
	public boolean isAborted() {
		return this.aborted;
	}

	/**
	 * The status code that the client saw.
	 * @return the status, {@value #CLIENT_CLOSED_REQUEST} when the client went away, 0
	 * before the exchange has ended
	 */
	public int status() {
		return this.status;
	}

	/**
	 * How long the exchange took, asynchronous processing included.
	 * @return the duration in nanoseconds, -1 before the exchange has ended
	 */
	@Override
	public long durationNanos() {
		return this.durationNanos;
	}

	/**
	 * How long the exchange took, asynchronous processing included.
	 * @param unit the unit to convert to, rounding towards zero
	 * @return the duration in that unit
	 */
	public long duration(TimeUnit unit) {
		return unit.convert(this.durationNanos, TimeUnit.NANOSECONDS);
	}

	/**
	 * The size of the request body, taken from its {@code Content-Length}.
	 * @return the size in bytes, {@value #UNKNOWN_SIZE} when the request declared none
	 */
	public long requestBodySize() {
		return this.requestBodySize;
	}

	/**
	 * The size of the response body as the application wrote it, before compression and
	 * transfer coding.
	 * @return the size in bytes, error pages included, {@value #UNKNOWN_SIZE} when the
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
