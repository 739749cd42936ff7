package io.gmicro.benchmarks;

import java.util.Set;

import io.gmicro.scrape.CoarseClock;
import io.gmicro.scrape.HistogramTimerRegistry;
import io.gmicro.scrape.InspectableRegistry;
import io.micrometer.core.instrument.Clock;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/**
 * Registries as the starter makes them in an application.
 */
final class Registries {

	private static final Set<String> TIMERS = Set.of("http.server.request.duration", "rpc.server.call.duration",
			"rpc.client.call.duration");

	private static final Clock CLOCK = clock();

	private Registries() {
	}

	static HistogramTimerRegistry ours() {
		return ours(new InspectableRegistry());
	}

	static HistogramTimerRegistry ours(PrometheusRegistry collectors) {
		return new HistogramTimerRegistry(PrometheusConfig.DEFAULT, collectors, CLOCK, null, TIMERS);
	}

	private static Clock clock() {
		CoarseClock clock = new CoarseClock();
		clock.start();
		return clock;
	}

}
