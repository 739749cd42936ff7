package io.gmicro.sampling;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import io.gmicro.diagnostics.OwnCode;
import io.gmicro.http.ActiveExchanges;
import io.gmicro.http.Exchange;
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
 * their threshold, by method, route and status code, samples their stacks while they are
 * slow and keeps the last of them. Long-lived streams are never slow. Thread-safe.
 * <p>
 * The samples are taken by a watchdog, one daemon thread from {@link #start()} to
 * {@link #close()}. Its exceptions are counted in {@code gmicro_observer_errors_total}
 * and do not end it. If the thread dies nevertheless, another is started and counted in
 * {@code gmicro_watchdog_restarts_total}. Slow requests are counted even without it.
 */
public final class SlowRequests implements ExchangeObserver, AutoCloseable {

	/** The name of the counter of slow requests. */
	public static final String NAME = "http.server.slow.requests";

	static final Log logger = LogFactory.getLog(SlowRequests.class);

	static final int MAX_ASYNC_TRACES = 10_000;

	private static final long LONGEST_PERIOD = TimeUnit.MILLISECONDS.toNanos(100);

	private static final long SHORTEST_PERIOD = TimeUnit.MILLISECONDS.toNanos(1);

	private final Map<Exchange, String> asyncTraceIds = new ConcurrentHashMap<>();

	private final List<SlowRequestCounter> counters;

	private final Counter overflow;

	private final ActiveOperations active;

	private final Thresholds thresholds;

	private final TraceIds traceIds;

	private final Watchdog watchdog;

	/** The latest first. */
	private final Deque<SlowRequest> history = new ArrayDeque<>();

	private final int capacity;

	private final WatchdogThread thread;

	private final OwnCode own;

	/**
	 * Create an observer whose watchdog is not started yet.
	 * @param registry the registry of the counters
	 * @param active the requests in flight
	 * @param thresholds the thresholds of slow requests
	 * @param capacity the maximum number of slow requests to keep
	 * @param traceIds returns the trace of the calling thread
	 */
	public SlowRequests(MeterRegistry registry, ActiveExchanges active, Thresholds thresholds, int capacity,
			TraceIds traceIds) {
		this(registry, active, thresholds, capacity, traceIds, List.of(SlowRequestCounter.of(registry)),
				OwnCode.UNKNOWN);
	}

	/**
	 * Create an observer with custom counters, whose watchdog is not started yet.
	 * @param registry the registry of the watchdog's counters
	 * @param active the requests in flight
	 * @param thresholds the thresholds of slow requests
	 * @param capacity the maximum number of slow requests to keep
	 * @param traceIds returns the trace of the calling thread
	 * @param counters the counters of slow requests
	 * @param own the application's own code, which the hottest frame is chosen from
	 */
	public SlowRequests(MeterRegistry registry, ActiveExchanges active, Thresholds thresholds, int capacity,
			TraceIds traceIds, List<SlowRequestCounter> counters, OwnCode own) {
		this.counters = List.copyOf(counters);
		this.own = own;
		this.overflow = Overflow.counter(registry, "slow_request");
		this.active = active.operations();
		this.thresholds = thresholds;
		this.traceIds = traceIds;
		this.capacity = capacity;
		this.watchdog = new Watchdog(this.active, thresholds, this::add, own, registry);
		long period = Math.max(SHORTEST_PERIOD, Math.min(LONGEST_PERIOD, thresholds.smallestNanos() / 4));
		this.thread = new WatchdogThread(this.watchdog, period, registry);
	}

	@Override
	public void onExpected(Exchange exchange) {
		this.counters.forEach((counter) -> counter.expect(exchange));
	}

	@Override
	public void onAsync(Exchange exchange) {
		String traceId = this.traceIds.current();
		// Some containers never complete a request whose client disconnected
		if (traceId != null && this.asyncTraceIds.size() < MAX_ASYNC_TRACES) {
			this.asyncTraceIds.put(exchange, traceId);
		}
	}

	@Override
	public void onEnd(Exchange exchange) {
		String asyncTraceId = this.asyncTraceIds.isEmpty() ? null : this.asyncTraceIds.remove(exchange);
		if (isSlow(exchange)) {
			this.counters.forEach((counter) -> counter.count(exchange));
			keep(exchange, asyncTraceId);
		}
	}

	/**
	 * Whether an operation took longer than its threshold.
	 * @param operation an operation that has ended
	 * @return {@code true} if it was slow
	 */
	boolean isSlow(Operation operation) {
		this.thread.check(operation.startNanos() + operation.durationNanos());
		return !operation.isLongLived() && operation.durationNanos() > this.thresholds.nanos(operation.pattern());
	}

	/**
	 * Hands a slow operation to the watchdog.
	 * @param operation an operation that has ended, on the calling thread
	 * @param traceId the ID of its trace, or {@code null} for the trace of this thread
	 */
	void keep(Operation operation, @Nullable String traceId) {
		Thread serving = operation.thread();
		if (!this.thread.isOpen() || !this.watchdog.ended(operation, (serving != null) ? serving.getName() : null,
				(traceId != null) ? traceId : this.traceIds.current())) {
			this.overflow.increment();
		}
	}

	/**
	 * Starts the watchdog, unless it was stopped.
	 */
	public void start() {
		this.thread.start();
	}

	/**
	 * Stops the watchdog for good.
	 */
	@Override
	public void close() {
		this.thread.close();
	}

	/** The number of asynchronous requests whose trace is held. */
	int asyncTraces() {
		return this.asyncTraceIds.size();
	}

	private void add(SlowRequest request) {
		synchronized (this.history) {
			if (this.history.size() == this.capacity) {
				this.history.removeLast();
			}
			this.history.addFirst(request);
		}
	}

	List<SlowRequest> newestFirst() {
		synchronized (this.history) {
			return List.copyOf(this.history);
		}
	}

	/**
	 * Writes the slow requests as a profile for {@code go tool pprof}.
	 * @param out the stream to write to, which is not closed
	 * @throws IOException if writing fails
	 */
	public void writeProfile(OutputStream out) throws IOException {
		SlowProfile.write(newestFirst(), out);
	}

	/**
	 * The requests in flight and the last slow requests.
	 * @param live the ID of the request to take the stack of, or {@code null}
	 * @return a snapshot
	 */
	public RequestsView view(@Nullable String live) {
		this.thread.check(System.nanoTime());
		LiveStack stack = (live != null) ? LiveStack.of(live, this.active) : null;
		return RequestsView.of(this.active, this.thresholds, newestFirst(), stack, this.own);
	}

}
