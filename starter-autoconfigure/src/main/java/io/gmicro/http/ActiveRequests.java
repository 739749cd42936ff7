package io.gmicro.http;

import java.util.concurrent.atomic.LongAdder;

import io.gmicro.meter.GaugeFamily;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;

import org.springframework.web.bind.annotation.RequestMethod;

/**
 * Keeps {@code http_server_active_requests}, the number of requests that are being served
 * right now, by method: 0 from the start for each of HTTP's and for all others together.
 */
public final class ActiveRequests implements ExchangeObserver {

	/** Its name in the registry. */
	public static final String NAME = "http.server.active_requests";

	private static final int OTHER = RequestMethod.values().length;

	private final LongAdder[] active = new LongAdder[OTHER + 1];

	/**
	 * Create an observer that keeps its gauges in a registry.
	 * @param registry where the gauges of all methods are registered, with the value 0
	 */
	public ActiveRequests(MeterRegistry registry) {
		GaugeFamily gauges = new GaugeFamily(registry, NAME, "HTTP server requests that are being served");
		for (int index = 0; index <= OTHER; index++) {
			LongAdder adder = new LongAdder();
			String method = (index < OTHER) ? RequestMethod.values()[index].name() : Exchange.OTHER;
			gauges.add(Tags.of(Series.METHOD_LABEL, method), adder::sum);
			this.active[index] = adder;
		}
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
		return this.active[(method != null) ? method.ordinal() : OTHER];
	}

}
