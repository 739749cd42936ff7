package io.gmicro.slow;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.gmicro.activity.Activities;
import io.gmicro.diagnostics.OwnCode;
import io.gmicro.http.ActiveExchanges;
import io.gmicro.http.Exchange;
import io.gmicro.http.ExchangeObserver;
import io.gmicro.inflight.ActiveOperations;
import io.gmicro.inflight.Operation;
import io.gmicro.meter.Overflow;
import io.gmicro.sampling.Sampler;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Counts {@code http_server_slow_requests_total}, the requests that took longer than
 * their threshold, by method, route and status code, and keeps some of them with what
 * they did: of each route and minute the first and the slowest. Long-lived streams are
 * never slow. Thread-safe.
 * <p>
 * The {@link Sampler} looks at requests from early on, so that a request that turns out
 * slow has samples of its whole life. Slow requests are counted even without it.
 */
public final class SlowRequests implements ExchangeObserver, AutoCloseable {

	/** The name of the counter of slow requests. */
	public static final String NAME = "http.server.slow.requests";

	static final Log logger = LogFactory.getLog(SlowRequests.class);

	static final int MAX_ASYNC_TRACES = 10_000;

	private static final double MAX_CPU = 0.01;

	private static final Duration LONGEST_INTERVAL = Duration.ofMillis(100);

	private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(1);

	private final Map<Exchange, String> asyncTraceIds = new ConcurrentHashMap<>();

	private final List<SlowRequestCounter> counters;

	private final Counter overflow;

	private final ActiveOperations active;

	private final Thresholds thresholds;

	private final TraceIds traceIds;

	private final SlowRequestTracker tracker;

	private final SlowHistory history;

	private final Sampler sampler;

	private final OwnCode own;

	/**
	 * Create an observer with a sampler, which is not started yet.
	 * @param registry the registry of the counters
	 * @param active the requests in flight
	 * @param thresholds the thresholds of slow requests
	 * @param capacity the maximum number of slow requests to keep
	 * @param traceIds returns the trace of the calling thread
	 */
	public SlowRequests(MeterRegistry registry, ActiveExchanges active, Thresholds thresholds, int capacity,
			TraceIds traceIds) {
		this(registry, active, thresholds, capacity, traceIds, List.of(SlowRequestCounter.of(registry)),
				OwnCode.UNKNOWN, new Sampler(active, new Sampler.Settings(interval(thresholds), MAX_CPU),
						new Activities(Map.of()), null, registry));
	}

	/**
	 * Create an observer with custom counters and a sampler.
	 * @param registry the registry of the counter of slow requests that are not kept
	 * @param active the requests in flight
	 * @param thresholds the thresholds of slow requests
	 * @param capacity the maximum number of slow requests to keep
	 * @param traceIds returns the trace of the calling thread
	 * @param counters the counters of slow requests
	 * @param own the application's own code, which the hottest frame is chosen from
	 * @param sampler looks at the requests in flight
	 */
	public SlowRequests(MeterRegistry registry, ActiveExchanges active, Thresholds thresholds, int capacity,
			TraceIds traceIds, List<SlowRequestCounter> counters, OwnCode own, Sampler sampler) {
		this.counters = List.copyOf(counters);
		this.own = own;
		this.overflow = Overflow.counter(registry, "slow_request");
		this.active = active.operations();
		this.thresholds = thresholds;
		this.traceIds = traceIds;
		this.history = new SlowHistory(capacity);
		this.sampler = sampler;
		this.tracker = new SlowRequestTracker(this.active, thresholds, this.history::add, own, sampler.pauses(),
				registry);
		sampler.follow(this.tracker);
	}

	/**
	 * How often a sampler should look so that slow requests have enough samples.
	 * @param thresholds the thresholds of slow requests
	 * @return from 1 to 100 ms
	 */
	public static Duration interval(Thresholds thresholds) {
		Duration interval = Duration.ofNanos(thresholds.smallestNanos() / RequestSamples.FIRST);
		if (interval.compareTo(SHORTEST_INTERVAL) < 0) {
			return SHORTEST_INTERVAL;
		}
		return (interval.compareTo(LONGEST_INTERVAL) > 0) ? LONGEST_INTERVAL : interval;
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
		this.sampler.check(operation.startNanos() + operation.durationNanos());
		return !operation.isLongLived() && operation.durationNanos() > this.thresholds.nanos(operation.pattern());
	}

	/**
	 * Hands a slow operation to the sampler.
	 * @param operation an operation that has ended, on the calling thread
	 * @param traceId the ID of its trace, or {@code null} for the trace of this thread
	 */
	void keep(Operation operation, @Nullable String traceId) {
		Thread serving = operation.thread();
		if (!this.sampler.isOpen() || !this.tracker.ended(operation, (serving != null) ? serving.getName() : null,
				(traceId != null) ? traceId : this.traceIds.current())) {
			this.overflow.increment();
		}
	}

	/**
	 * Starts the sampler, unless it was stopped.
	 */
	public void start() {
		this.sampler.start();
	}

	/**
	 * Stops the sampler for good.
	 */
	@Override
	public void close() {
		this.sampler.close();
	}

	/** The number of asynchronous requests whose trace is held. */
	int asyncTraces() {
		return this.asyncTraceIds.size();
	}

	List<SlowRequest> newestFirst() {
		return this.history.newestFirst();
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
		this.sampler.check(System.nanoTime());
		LiveStack stack = (live != null) ? LiveStack.of(live, this.active) : null;
		return RequestsView.of(this.active, this.thresholds, newestFirst(), stack, this.own);
	}

}
