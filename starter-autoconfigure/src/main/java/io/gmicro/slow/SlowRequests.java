package io.gmicro.slow;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

import io.gmicro.http.ActiveExchanges;
import io.gmicro.http.Exchange;
import io.gmicro.http.ExchangeMeters;
import io.gmicro.http.ExchangeObserver;
import io.gmicro.inflight.ActiveOperations;
import io.gmicro.inflight.Operation;
import io.gmicro.overflow.Overflow;
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
 * The watchdog is one daemon thread from {@link #start()} to {@link #close()}. Should it
 * die, it is started again once; {@code gmicro_watchdog_restarts_total} tells, and
 * without it slow requests are still counted.
 */
public final class SlowRequests implements ExchangeObserver, AutoCloseable {

	private static final Log logger = LogFactory.getLog(SlowRequests.class);

	static final int MAX_ASYNC_TRACES = 10_000;

	private static final long LONGEST_PERIOD = TimeUnit.MILLISECONDS.toNanos(100);

	private static final long SHORTEST_PERIOD = TimeUnit.MILLISECONDS.toNanos(1);

	private final Map<Exchange, String> asyncTraceIds = new ConcurrentHashMap<>();

	private final Consumer<Exchange> counter;

	private final Counter restarts;

	private final Counter overflow;

	private final ActiveOperations active;

	private final Thresholds thresholds;

	private final TraceIds traceIds;

	private final Watchdog watchdog;

	private final History history;

	private final long period;

	private volatile @Nullable Thread thread;

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
		this.counter = counter;
		this.restarts = Counter.builder("gmicro.watchdog.restarts")
			.description("Restarts of the watchdog that samples slow requests")
			.register(registry);
		this.overflow = Overflow.counter(registry, "slow_request");
		this.active = active.operations();
		this.thresholds = thresholds;
		this.traceIds = traceIds;
		this.history = new History(capacity);
		this.watchdog = new Watchdog(this.active, thresholds, this.history);
		this.period = Math.max(SHORTEST_PERIOD, Math.min(LONGEST_PERIOD, thresholds.smallestNanos() / 4));
	}

	/**
	 * What counts {@code http_server_slow_requests_total}.
	 * @param registry where the counters are registered
	 * @return a counter of requests that have ended and were slow
	 */
	public static Consumer<Exchange> counter(MeterRegistry registry) {
		ExchangeMeters<Counter> counters = ExchangeMeters
			.byStatus((tags) -> Counter.builder("http.server.slow.requests")
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
		return !operation.isLongLived() && operation.durationNanos() > this.thresholds.nanos(operation.pattern());
	}

	/**
	 * Keep the story of something slow.
	 * @param operation what has ended, on the thread that it ended on
	 * @param traceId the id of its trace, or {@code null} if it is the one of this thread
	 */
	void keep(Operation operation, @Nullable String traceId) {
		Thread serving = operation.thread();
		if (this.thread == null || !this.watchdog.ended(operation, (serving != null) ? serving.getName() : null,
				(traceId != null) ? traceId : this.traceIds.current())) {
			this.overflow.increment();
		}
	}

	/**
	 * Start the watchdog.
	 */
	public void start() {
		run(true);
	}

	private void run(boolean restart) {
		Thread started = new Thread(() -> watch(restart), "gmicro-watchdog");
		started.setDaemon(true);
		this.thread = started;
		started.start();
	}

	private void watch(boolean restart) {
		try {
			while (this.thread == Thread.currentThread()) {
				this.watchdog.tick(System.nanoTime());
				LockSupport.parkNanos(this.period);
			}
		}
		catch (Throwable ex) {
			logger.error(restart ? "The watchdog for slow requests died and is started again"
					: "The watchdog for slow requests died again: from now on they are only counted", ex);
			if (restart) {
				this.restarts.increment();
				run(false);
			}
			else {
				this.thread = null;
			}
		}
	}

	/**
	 * Stop the watchdog.
	 */
	@Override
	public void close() {
		Thread running = this.thread;
		this.thread = null;
		LockSupport.unpark(running);
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
	 * What runs now and what was slow.
	 * @param live the request to take the stack of, or {@code null}
	 * @return the view of this moment
	 */
	RequestsView view(@Nullable RequestId live) {
		LiveStack stack = (live != null) ? LiveStack.of(live, this.active) : null;
		return RequestsView.of(this.active, this.thresholds, this.history.newestFirst(), stack);
	}

}
