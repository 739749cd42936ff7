package io.gmicro.sample;

import java.util.List;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.Summary;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the README builds with client_java is served beside everything else.
 */
class BuildersTests {

	@Test
	void metricsOfClientJavaAreServed() throws Exception {
		try (SampleServer sample = SampleServer.startWith(List.of(Mails.class))) {
			sample.bean(Mails.class).send();
			assertThat(sample.scrape().text()).contains("# TYPE mails_sent_total counter",
					"mails_sent_total{kind=\"receipt\"} 1.0", "# TYPE mails_waiting gauge",
					"mails_waiting{kind=\"receipt\"} 3.0", "# TYPE mail_score histogram",
					"mail_score_bucket{kind=\"receipt\",le=\"0.1\"} 0",
					"mail_score_bucket{kind=\"receipt\",le=\"0.5\"} 1", "# TYPE mail_size_bytes summary",
					"mail_size_bytes{kind=\"receipt\",quantile=\"0.99\"} 2048.0",
					"mail_size_bytes_count{kind=\"receipt\"} 1");
		}
	}

	static final class Mails {

		private final Counter sent;

		private final Gauge waiting;

		private final Histogram score;

		private final Summary size;

		Mails(PrometheusRegistry registry) {
			this.sent = Counter.builder()
				.name("mails_sent_total")
				.help("Mails sent")
				.labelNames("kind")
				.withoutExemplars()
				.register(registry);
			this.waiting = Gauge.builder()
				.name("mails_waiting")
				.help("Mails that wait")
				.labelNames("kind")
				.withoutExemplars()
				.register(registry);
			this.score = Histogram.builder()
				.name("mail_score")
				.help("What the filter thinks")
				.labelNames("kind")
				.withoutExemplars()
				.classicOnly()
				.classicUpperBounds(0.1, 0.5, 0.9)
				.register(registry);
			this.size = Summary.builder()
				.name("mail_size_bytes")
				.help("Sizes of mails")
				.labelNames("kind")
				.withoutExemplars()
				.quantile(0.5)
				.quantile(0.99)
				.register(registry);
		}

		void send() {
			this.sent.labelValues("receipt").inc();
			this.waiting.labelValues("receipt").set(3);
			this.score.labelValues("receipt").observe(0.4);
			this.size.labelValues("receipt").observe(2048);
		}

	}

}
