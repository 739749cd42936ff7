package io.gmicro.http;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.web.bind.annotation.RequestMethod;

/**
 * Keeps {@code http_server_active_requests}, the number of requests that are being served
 * right now, by method.
 */
public final class ActiveRequests implements ExchangeObserver {

	private static final int OTHER = RequestMethod.values().length;

	private final AtomicReferenceArray<@Nullable LongAdder> active = new AtomicReferenceArray<>(OTHER + 1);

	private final MeterRegistry registry;

	/**
	 * Create an observer that keeps its gauges in a registry.
	 * @param registry where the gauges are registered, a method's on its first request
	 */
	public ActiveRequests(MeterRegistry registry) {
		this.registry = registry;
	}

	@Override
	public void onStart(Exchange exchange) {
		active(exchange).increment();
	}

	@Override
	public void onEnd(Exchange exchange) {
		active(exchange).decrement();
	}

	private LongAdder active(Exchange exchange) {
		RequestMethod method = exchange.requestMethod();
		int index = (method != null) ? method.ordinal() : OTHER;
		LongAdder adder = this.active.get(index);
		return (adder != null) ? adder : register(index, exchange.method());
	}

	private synchronized LongAdder register(int index, String method) {
		LongAdder existing = this.active.get(index);
		if (existing != null) {
			return existing;
		}
		LongAdder adder = new LongAdder();
		Gauge.builder("http.server.active_requests", adder, LongAdder::sum)
			.description("HTTP server requests that are being served")
			.tag(Series.METHOD_LABEL, method)
			.register(this.registry);
		this.active.set(index, adder);
		return adder;
	}

}
