package io.gmicro.slow;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.gmicro.grpc.ActiveCalls;
import io.gmicro.grpc.Call;
import io.gmicro.grpc.CallMetrics;
import io.gmicro.grpc.CallObserver;
import io.gmicro.http.ActiveExchanges;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * Counts {@code rpc_server_slow_calls_total}, the gRPC server calls that took longer than
 * their threshold, by method and status code, and adds calls to the requests in flight
 * and to the {@link SlowRequests slow requests}. Streams are never slow. Thread-safe.
 */
public final class SlowCalls implements CallObserver {

	private final Map<String, Map<String, Counter>> counters = new ConcurrentHashMap<>();

	private final MeterRegistry registry;

	private final ActiveCalls active;

	private final SlowRequests slow;

	/**
	 * Create an observer.
	 * @param registry the registry of the counters
	 * @param active the requests in flight
	 * @param slow the slow requests
	 */
	public SlowCalls(MeterRegistry registry, ActiveExchanges active, SlowRequests slow) {
		this.registry = registry;
		this.active = new ActiveCalls(active.operations());
		this.slow = slow;
	}

	@Override
	public void onStart(Call call) {
		this.active.onStart(call);
	}

	@Override
	public void onEnd(Call call) {
		try {
			if (call.side() == Call.Side.SERVER && this.slow.isSlow(call)) {
				counter(call).increment();
				this.slow.keep(call, null);
			}
		}
		finally {
			this.active.onEnd(call);
		}
	}

	private Counter counter(Call call) {
		return this.counters.computeIfAbsent(call.method(), (method) -> new ConcurrentHashMap<>())
			.computeIfAbsent(call.statusText(), (code) -> register(call.method(), code));
	}

	private Counter register(String method, String code) {
		return Counter.builder("rpc.server.slow.calls")
			.description("gRPC server calls that took longer than their threshold")
			.tag("rpc.system.name", "grpc")
			.tag("rpc.method", method)
			.tag(CallMetrics.STATUS_LABEL, code)
			.register(this.registry);
	}

}
