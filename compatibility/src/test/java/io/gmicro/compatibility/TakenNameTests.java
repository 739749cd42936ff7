package io.gmicro.compatibility;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import io.gmicro.scrape.HistogramTimerRegistry;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A timer whose name in Prometheus something else has: each release of client_java
 * refuses it in its own way.
 */
class TakenNameTests {

	private static final String NAME = "http.server.request.duration";

	@Test
	void timerIsReportedAndRecordsNevertheless() {
		PrometheusRegistry collectors = new PrometheusRegistry();
		Gauge.builder().name("http_server_request_duration_seconds").register(collectors);
		HistogramTimerRegistry registry = new HistogramTimerRegistry(PrometheusConfig.DEFAULT, collectors, Clock.SYSTEM,
				null, Set.of(NAME));
		List<String> failed = new ArrayList<>();
		registry.config().onMeterRegistrationFailed((id, reason) -> failed.add(id.getName()));
		Timer timer = Timer.builder(NAME).serviceLevelObjectives(Duration.ofMillis(5)).register(registry);
		timer.record(Duration.ofMillis(7));
		assertThat(failed).containsExactly(NAME);
		assertThat(timer.count()).isOne();
		assertThat(registry.scrape()).doesNotContain("_bucket");
	}

}
