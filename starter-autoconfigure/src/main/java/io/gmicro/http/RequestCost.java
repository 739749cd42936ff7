package io.gmicro.http;

import io.gmicro.cost.CostCounters;
import io.gmicro.cost.CostSink;
import io.gmicro.cost.ProcessCost;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * Records {@code gmicro_http_server_cpu_seconds_total} and
 * {@code gmicro_http_server_allocated_bytes_total}, what requests used on the platform
 * threads that served them, by route. {@link ExchangeFilter} measures each dispatch.
 * Thread-safe.
 */
public final class RequestCost implements ExchangeObserver {

	private static final String ATTRIBUTE = RequestCost.class.getName();

	private final ProcessCost process;

	private final ExchangeMeters<CostCounters> counters;

	/**
	 * Create an observer.
	 * @param registry the registry of the counters
	 * @param process measures the dispatches
	 */
	public RequestCost(MeterRegistry registry, ProcessCost process) {
		this.process = process;
		this.counters = ExchangeMeters.byTemplate((tags) -> CostCounters.ofRequests(registry, tags));
	}

	@Override
	public void onExpected(Exchange exchange) {
		this.counters.get(exchange);
	}

	/** The dispatch in which an exchange ends still goes on. */
	@Override
	public void onEnd(Exchange exchange) {
	}

	/**
	 * Starts to measure a dispatch.
	 * @return what to pass to {@link #end}, {@code null} on a virtual thread
	 */
	long @Nullable [] begin() {
		return this.process.begin();
	}

	/**
	 * Ends the measurement of a dispatch.
	 * @param open what {@link #begin} returned
	 * @param exchange the exchange, which may have ended
	 * @param request the request
	 */
	void end(long[] open, Exchange exchange, HttpServletRequest request) {
		CostSink sink = null;
		try {
			sink = sink(exchange, request);
		}
		finally {
			this.process.end(open, sink);
		}
	}

	private @Nullable CostSink sink(Exchange exchange, HttpServletRequest request) {
		if (exchange.isRecorded()) {
			return this.counters.get(exchange);
		}
		return exchange.hasEnded() ? null : unended(exchange, request);
	}

	private static Unended unended(Exchange exchange, HttpServletRequest request) {
		if (request.getAttribute(ATTRIBUTE) instanceof Unended known && known.exchange == exchange) {
			return known;
		}
		Unended added = new Unended(exchange);
		request.setAttribute(ATTRIBUTE, added);
		return added;
	}

	/**
	 * The exchange of an error page.
	 * @param request the request that is dispatched
	 * @return the exchange if it had not ended when its first dispatch ended
	 */
	static @Nullable Exchange exchange(HttpServletRequest request) {
		return (request.getAttribute(ATTRIBUTE) instanceof Unended unended) ? unended.exchange : null;
	}

	/**
	 * Records the dispatches that ended before the exchange.
	 * @param exchange the exchange, which has ended
	 * @param request its request
	 */
	void record(Exchange exchange, HttpServletRequest request) {
		if (request.getAttribute(ATTRIBUTE) instanceof Unended unended && unended.exchange == exchange) {
			unended.end(this.counters.get(exchange));
		}
	}

	/**
	 * What an exchange used whose route is not known yet, because its response is
	 * asynchronous or an error.
	 */
	private static final class Unended implements CostSink {

		private final Exchange exchange;

		private long cpuNanos;

		private long allocatedBytes;

		private @Nullable CostCounters counters;

		Unended(Exchange exchange) {
			this.exchange = exchange;
		}

		@Override
		public synchronized void add(long cpuNanos, long allocatedBytes) {
			if (this.counters != null) {
				this.counters.add(cpuNanos, allocatedBytes);
			}
			else {
				this.cpuNanos += cpuNanos;
				this.allocatedBytes += allocatedBytes;
			}
		}

		synchronized void end(CostCounters counters) {
			this.counters = counters;
			counters.add(this.cpuNanos, this.allocatedBytes);
		}

	}

}
