package io.gmicro.http;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

import io.gmicro.meter.GaugeFamily;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import org.jspecify.annotations.Nullable;

/**
 * Maintains {@code http_server_active_requests}, the number of requests in flight by
 * method and scheme. Thread-safe.
 */
public final class ActiveRequests implements ExchangeObserver {

	/** The name of the gauge. */
	public static final String NAME = "http.server.active_requests";

	private final Map<Tags, LongAdder> adders = new HashMap<>();

	private final GaugeFamily gauges;

	/** By the index of the request's labels, replaced as a whole. */
	private volatile @Nullable LongAdder[] byLabels = {};

	/**
	 * Create an observer of requests with the known methods of HTTP.
	 * @param registry the registry of the gauges
	 */
	public ActiveRequests(MeterRegistry registry) {
		this(registry, LabelRules.KNOWN_METHODS, List.of("http"));
	}

	/**
	 * Create an observer.
	 * @param registry where the gauges are registered
	 * @param methods the methods whose gauges are 0 from the start, as is that of all
	 * other methods together
	 * @param schemes the schemes whose gauges are 0 from the start
	 */
	public ActiveRequests(MeterRegistry registry, Collection<String> methods, Collection<String> schemes) {
		this.gauges = new GaugeFamily(registry, NAME, "HTTP server requests that are being served");
		for (String scheme : schemes) {
			methods.forEach((method) -> adder(RequestLabels.tags(method, scheme)));
			adder(RequestLabels.tags(Exchange.OTHER, scheme));
		}
	}

	@Override
	public void onStart(Exchange exchange) {
		active(exchange.labels()).increment();
	}

	@Override
	public void onEnd(Exchange exchange) {
		active(exchange.labels()).decrement();
	}

	private LongAdder active(RequestLabels labels) {
		@Nullable LongAdder[] known = this.byLabels;
		LongAdder adder = (labels.index() < known.length) ? known[labels.index()] : null;
		return (adder != null) ? adder : add(labels);
	}

	private synchronized LongAdder add(RequestLabels labels) {
		LongAdder adder = adder(labels.tags());
		@Nullable LongAdder[] extended = Arrays.copyOf(this.byLabels, Math.max(this.byLabels.length, labels.index() + 1));
		extended[labels.index()] = adder;
		this.byLabels = extended;
		return adder;
	}

	private LongAdder adder(Tags tags) {
		return this.adders.computeIfAbsent(tags, (added) -> {
			LongAdder adder = new LongAdder();
			this.gauges.add(added, adder::sum);
			return adder;
		});
	}

}
