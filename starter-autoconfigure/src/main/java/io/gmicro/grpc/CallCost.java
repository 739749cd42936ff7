package io.gmicro.grpc;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.gmicro.cost.CostCounters;
import io.gmicro.cost.ProcessCost;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import org.jspecify.annotations.Nullable;

/**
 * Records {@code gmicro_rpc_server_cpu_seconds_total} and
 * {@code gmicro_rpc_server_allocated_bytes_total}, what calls used on the platform
 * threads that served them, by method. {@link ServerMetricsInterceptor} measures the
 * handler and each callback. Thread-safe.
 */
public final class CallCost implements CallObserver {

	private final Map<String, CostCounters> counters = new ConcurrentHashMap<>();

	private final MeterRegistry registry;

	private final ProcessCost process;

	/**
	 * Create an observer.
	 * @param registry the registry of the counters
	 * @param process measures the handlers and callbacks
	 */
	public CallCost(MeterRegistry registry, ProcessCost process) {
		this.registry = registry;
		this.process = process;
	}

	@Override
	public void onRegistered(String method) {
		counters(method);
	}

	/** The callback in which a call ends still goes on. */
	@Override
	public void onEnd(Call call) {
	}

	/**
	 * Starts to measure a handler or a callback.
	 * @return what to pass to {@link #end}, {@code null} on a virtual thread
	 */
	long @Nullable [] begin() {
		return this.process.begin();
	}

	/**
	 * Ends the measurement of a handler or a callback.
	 * @param open what {@link #begin} returned
	 * @param call the call, which may have ended
	 */
	void end(long[] open, Call call) {
		CostCounters sink = null;
		try {
			sink = counters(call.method());
		}
		finally {
			this.process.end(open, sink);
		}
	}

	private CostCounters counters(String method) {
		CostCounters known = this.counters.get(method);
		return (known != null) ? known : this.counters.computeIfAbsent(method, (added) -> CostCounters
			.ofCalls(this.registry, Tags.of("rpc.system.name", Call.SYSTEM, "rpc.method", added)));
	}

}
