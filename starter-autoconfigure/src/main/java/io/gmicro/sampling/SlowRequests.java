package io.gmicro.sampling;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.gmicro.diagnostics.OwnCode;
import io.gmicro.http.ActiveExchanges;
import io.gmicro.http.Exchange;
import io.gmicro.http.ExchangeMeters;
import io.gmicro.http.ExchangeObserver;
import io.gmicro.inflight.ActiveOperations;
import io.gmicro.inflight.Operation;
import io.gmicro.meter.Overflow;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Counts {@code http_server_slow_requests_total}, the requests that took longer than
 * their threshold, by method, route and status, and has a watchdog catch their stacks
 * while they are slow. Streams that go on for as long as the client likes are never slow.
 * Thread-safe.
 * <p>
 * The watchdog is one daemon thread from {@link #start()} to {@link #close()}. Failing
 * looks are counted in {@code gmicro_observer_errors_total} and do not end it; should the
 * thread die nevertheless, another is started and counted in
 * {@code gmicro_watchdog_restarts_total}. Without it slow requests are still counted.
 */
public final class SlowRequests implements ExchangeObserver, AutoCloseable {

	/** The name of the counter of slow requests. */
	public static final String NAME = "http.server.slow.requests";

	static final Log logger = LogFactory.getLog(SlowRequests.class);

	static final int MAX_ASYNC_TRACES = 10_000;

	private static final long LONGEST_PERIOD = TimeUnit.MILLISECONDS.toNanos(100);

	private static final long SHORTEST_PERIOD = TimeUnit.MILLISECONDS.toNanos(1);

	private final Map<Exchange, String> asyncTraceIds = new ConcurrentHashMap<>();

	private final Consumer<Exchange> counter;

	private final Counter overflow;

	private final ActiveOperations active;

	private final Thresholds thresholds;

	private final TraceIds traceIds;

	private final Watchdog watchdog;

	private final History history;

	private final WatchdogThread thread;

	private final OwnCode own;

	/**
	 * Create an observer whose watchdog is not started yet.
	 * @param registry where slow requests are counted
	 * @param active the requests that are being served
	 * @param thresholds from when on a request is slow
	 * @param capacity how many slow requests are kept
	 * @param traceIds the trace of the calling thread
	 */
	public SlowRequests(MeterRegistry registry, ActiveExchanges active, Thresholds thresholds, int capacity,
			TraceIds traceIds) {
		this(registry, active, thresholds, capacity, traceIds, counter(registry));
	}

	/**
	 * Create an observer that counts elsewhere, whose watchdog is not started yet.
	 * @param registry where it is counted what the watchdog could not do
	 * @param active the requests that are being served
	 * @param thresholds from when on a request is slow
	 * @param capacity how many slow requests are kept
	 * @param traceIds the trace of the calling thread
	 * @param counter what counts a slow request, on the request's thread
	 */
	public SlowRequests(MeterRegistry registry, ActiveExchanges active, Thresholds thresholds, int capacity,
			TraceIds traceIds, Consumer<Exchange> counter) {
		this(registry, active, thresholds, capacity, traceIds, counter, OwnCode.UNKNOWN);
	}

	/**
	 * Create an observer that counts elsewhere and knows which code is the application's,
	 * whose watchdog is not started yet.
	 * @param registry where it is counted what the watchdog could not do
	 * @param active the requests that are being served
	 * @param thresholds from when on a request is slow
	 * @param capacity how many slow requests are kept
	 * @param traceIds the trace of the calling thread
	 * @param counter what counts a slow request, on the request's thread
	 * @param own the application's own code, of which stacks are read first
	 */
	public SlowRequests(MeterRegistry registry, ActiveExchanges active, Thresholds thresholds, int capacity,
			TraceIds traceIds, Consumer<Exchange> counter, OwnCode own) {
		this.counter = counter;
		this.own = own;
		this.overflow = Overflow.counter(registry, "slow_request");
		this.active = active.operations();
		this.thresholds = thresholds;
		this.traceIds = traceIds;
		this.history = new History(capacity);
		this.watchdog = new Watchdog(this.active, thresholds, this.history, own, registry);
		long period = Math.max(SHORTEST_PERIOD, Math.min(LONGEST_PERIOD, thresholds.smallestNanos() / 4));
		this.thread = new WatchdogThread(this.watchdog, period, registry);
	}

	/**
	 * What counts {@code http_server_slow_requests_total}.
	 * @param registry where the counters are registered
	 * @return a counter of requests that have ended and were slow
	 */
	public static Consumer<Exchange> counter(MeterRegistry registry) {
		ExchangeMeters<Counter> counters = ExchangeMeters.byStatus((tags) -> Counter.builder(NAME)
			.description("HTTP server requests that took longer than their threshold")
			.tags(tags)
			.register(registry));
		return (exchange) -> counters.get(exchange).increment();
	}

	@Override
	public void onAsync(Exchange exchange) {
		String traceId = this.traceIds.current();
		// Some containers never complete a request whose client went away
		if (traceId != null && this.asyncTraceIds.size() < MAX_ASYNC_TRACES) {
			this.asyncTraceIds.put(exchange, traceId);
		}
	}

	@Override
	public void onEnd(Exchange exchange) {
		String asyncTraceId = this.asyncTraceIds.isEmpty() ? null : this.asyncTraceIds.remove(exchange);
		if (isSlow(exchange)) {
			this.counter.accept(exchange);
			keep(exchange, asyncTraceId);
		}
	}

	/**
	 * Whether something that has ended took longer than its threshold.
	 * @param operation what has ended
	 * @return {@code true} if it was slow
	 */
	boolean isSlow(Operation operation) {
		this.thread.check(operation.startNanos() + operation.durationNanos());
		return !operation.isLongLived() && operation.durationNanos() > this.thresholds.nanos(operation.pattern());
	}

	/**
	 * Keep what was seen of something slow.
	 * @param operation what has ended, on the thread that it ended on
	 * @param traceId the id of its trace, or {@code null} if it is the one of this thread
	 */
	void keep(Operation operation, @Nullable String traceId) {
		Thread serving = operation.thread();
		if (!this.thread.isOpen() || !this.watchdog.ended(operation, (serving != null) ? serving.getName() : null,
				(traceId != null) ? traceId : this.traceIds.current())) {
			this.overflow.increment();
		}
	}

	/**
	 * Start the watchdog, unless it was stopped.
	 */
	public void start() {
		this.thread.start();
	}

	/**
	 * Stop the watchdog for good.
	 */
	@Override
	public void close() {
		this.thread.close();
	}

	/**
	 * How many asynchronous requests have their trace kept.
	 * @return the number of traces
	 */
	int asyncTraces() {
		return this.asyncTraceIds.size();
	}

	History history() {
		return this.history;
	}

	/**
	 * Writes the slow requests as a profile for {@code go tool pprof}.
	 * @param out where to write; it is not closed
	 * @throws IOException if it cannot be written
	 */
	public void writeProfile(OutputStream out) throws IOException {
		SlowProfile.write(this.history.newestFirst(), out);
	}

	/**
	 * What runs now and what was slow.
	 * @param live the request to take the stack of, or {@code null}
	 * @return the view of this moment
	 */
	public RequestsView view(@Nullable RequestId live) {
		this.thread.check(System.nanoTime());
		LiveStack stack = (live != null) ? LiveStack.of(live, this.active) : null;
		return RequestsView.of(this.active, this.thresholds, this.history.newestFirst(), stack, this.own);
	}

}
