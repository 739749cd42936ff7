package io.gmicro.http;

import java.util.concurrent.atomic.LongAdder;

import io.gmicro.meter.GaugeFamily;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;

import org.springframework.web.bind.annotation.RequestMethod;

/**
 * Maintains {@code http_server_active_requests}, the number of requests in flight by
 * method. The gauges of all methods exist from the start. Thread-safe.
 */
public final class ActiveRequests implements ExchangeObserver {

	/** The name of the gauge. */
	public static final String NAME = "http.server.active_requests";

	private static final int OTHER = RequestMethod.values().length;

	private final LongAdder[] active = new LongAdder[OTHER + 1];

	/**
	 * Create an observer.
	 * @param registry the registry of the gauges
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
