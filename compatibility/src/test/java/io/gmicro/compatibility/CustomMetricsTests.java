package io.gmicro.compatibility;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.gmicro.custom.CustomMetrics;
import io.gmicro.custom.Distribution;
import io.gmicro.custom.MeterFamily;
import io.gmicro.custom.SettableGauge;
import io.micrometer.core.instrument.Counter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Metrics that the configuration declares, found by name.
 */
@ExtendWith(OutputCaptureExtension.class)
class CustomMetricsTests {

	private static final String PREFIX = "gmicro.metrics.custom.";

	private static final String[] DECLARED = { PREFIX + "orders_placed.type=counter",
			PREFIX + "orders_placed.help=Orders placed", PREFIX + "orders_placed.labels=channel",
			PREFIX + "orders_placed.max-label-sets=2", PREFIX + "queue_length.type=gauge",
			PREFIX + "queue_length.help=Waiting", PREFIX + "payment_seconds.type=histogram",
			PREFIX + "payment_seconds.help=Payments", PREFIX + "payment_seconds.buckets=0.1,0.3",
			PREFIX + "cart_items.type=summary", PREFIX + "cart_items.help=Items", PREFIX + "cart_items.quantiles=0.5" };

	@Test
	void areServedUnderTheNameDeclared() {
		try (RunningApplication application = start(RunningApplication.ENABLED)) {
			assertThat(application.scrape("/metrics").of("queue_length")).isEqualTo(Map.of("", 0.0));
			application.context().getBean(Shop.class).use();
			Samples samples = application.scrape("/metrics");
			assertThat(samples.of("orders_placed_total", "channel"))
				.isEqualTo(Map.of("web", 1.0, "shop", 1.0, "_OTHER", 2.0));
			assertThat(samples.of("gmicro_overflow_total", "label")).containsEntry("orders_placed", 2.0);
			assertThat(samples.of("queue_length")).isEqualTo(Map.of("", 3.0));
			assertThat(samples.of("payment_seconds_bucket", "le"))
				.isEqualTo(Map.of("0.1", 1.0, "0.3", 1.0, "+Inf", 2.0));
			assertThat(samples.of("cart_items_count")).isEqualTo(Map.of("", 1.0));
			assertThat(samples.of("cart_items", "quantile")).containsOnlyKeys("0.5");
		}
	}

	@Test
	void recordNothingWhileOff() {
		try (RunningApplication application = start("gmicro.metrics.enabled=false")) {
			application.context().getBean(Shop.class).use();
			assertThat(application.get("/metrics").statusCode()).isEqualTo(404);
		}
	}

	@Test
	void refusesWhatCannotBePublished(CapturedOutput output) {
		assertThatException()
			.isThrownBy(() -> start(RunningApplication.ENABLED, PREFIX + "cart_items.labels=quantile").close());
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains(PREFIX + "cart_items.labels=quantile is not allowed");
	}

	@Test
	void refusesATypingError(CapturedOutput output) {
		assertThatException()
			.isThrownBy(() -> start(RunningApplication.ENABLED, PREFIX + "cart_items.label=a").close());
		assertThat(output).contains("APPLICATION FAILED TO START").contains(PREFIX + "cart_items.label");
	}

	@Test
	void refusesANameThatIsTaken(CapturedOutput output) {
		assertThatException().isThrownBy(() -> start(RunningApplication.ENABLED,
				PREFIX + "jvm_memory_used.type=counter", PREFIX + "jvm_memory_used.help=X",
				PREFIX + "jvm_memory_used_bytes.type=gauge", PREFIX + "jvm_memory_used_bytes.help=X")
			.close());
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains(PREFIX + "jvm_memory_used_bytes.type")
			.contains("the meter jvm.memory.used");
	}

	private static RunningApplication start(String... properties) {
		String[] all = Stream.of(DECLARED, properties).flatMap(Arrays::stream).toArray(String[]::new);
		return RunningApplication.start(List.of(CompatibilityApplication.class, Shop.class), all);
	}

	static class Shop {

		private final MeterFamily<Counter> placed;

		private final SettableGauge queue;

		private final Distribution payments;

		private final Distribution items;

		Shop(CustomMetrics metrics) {
			this.placed = metrics.counter("orders_placed");
			this.queue = metrics.gauge("queue_length").labelValues();
			this.payments = metrics.histogram("payment_seconds").labelValues();
			this.items = metrics.summary("cart_items").labelValues();
		}

		void use() {
			for (String channel : List.of("web", "shop", "phone", "fax")) {
				this.placed.labelValues(channel).increment();
			}
			this.queue.set(3);
			this.payments.observe(0.1);
			this.payments.observe(0.31);
			this.items.observe(7);
		}

	}

}
