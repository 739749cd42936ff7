package io.gmicro.custom;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import com.sun.management.ThreadMXBean;
import io.gmicro.custom.CustomMetric.Type;
import io.gmicro.testing.Samples;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What is declared is what Prometheus gets.
 */
@ExtendWith(OutputCaptureExtension.class)
class CustomMetricsTests {

	private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

	private final CustomMetrics metrics = new CustomMetrics(this.registry,
			Map.of("orders_placed", metric(Type.COUNTER, "channel", "region"), "mails_sent_total", metric(Type.COUNTER),
					"queue_length", metric(Type.GAUGE, "queue"), "cart_items",
					distribution(Type.HISTOGRAM, 1.0, 10.0, 100.0), "payment_seconds",
					distribution(Type.HISTOGRAM, 0.000001, 0.1, 0.3, 2.0), "checkout_duration_seconds",
					distribution(Type.SUMMARY, 0.5, 0.9)));

	@Test
	void counterIsPublishedWithItsEnding() {
		MeterFamily<Counter> placed = this.metrics.counter("orders_placed");
		placed.labelValues("web", "eu").increment();
		placed.labelValues("web", "eu").increment(2);
		placed.labelValues("shop", "eu").increment();
		assertThat(published("orders_placed")).containsExactly("# HELP orders_placed_total What COUNTER says",
				"# TYPE orders_placed_total counter", "orders_placed_total{channel=\"shop\",region=\"eu\"} 1.0",
				"orders_placed_total{channel=\"web\",region=\"eu\"} 3.0");
	}

	@Test
	void counterThatIsDeclaredWithItsEndingKeepsIt() {
		this.metrics.counter("mails_sent_total").labelValues().increment();
		assertThat(published("mails_sent")).containsExactly("# HELP mails_sent_total What COUNTER says",
				"# TYPE mails_sent_total counter", "mails_sent_total 1.0");
	}

	@Test
	void gaugeIsPublishedAsItIsNamed() {
		SettableGauge queue = this.metrics.gauge("queue_length").labelValues("mail");
		queue.set(5);
		queue.add(-1.5);
		assertThat(this.metrics.gauge("queue_length").labelValues("mail").value()).isEqualTo(3.5);
		assertThat(published("queue_length")).containsExactly("# HELP queue_length What GAUGE says",
				"# TYPE queue_length gauge", "queue_length{queue=\"mail\"} 3.5");
	}

	@Test
	void histogramHasTheBucketsDeclared() {
		for (double items : new double[] { 0, 1, 1.5, 10, 42, 100, 101, -1, Double.NaN }) {
			this.metrics.histogram("cart_items").labelValues().observe(items);
		}
		assertThat(published("cart_items")).containsExactly("# HELP cart_items What HISTOGRAM says",
				"# TYPE cart_items histogram", "cart_items_bucket{le=\"1.0\"} 2", "cart_items_bucket{le=\"10.0\"} 4",
				"cart_items_bucket{le=\"100.0\"} 6", "cart_items_bucket{le=\"+Inf\"} 7", "cart_items_count 7",
				"cart_items_sum 255.5", "# HELP cart_items_max What HISTOGRAM says", "# TYPE cart_items_max gauge",
				"cart_items_max 101.0");
	}

	/** Micrometer's summaries would put all of the first six into the bucket of 2. */
	@Test
	void histogramOfSecondsIsExact() {
		for (double seconds : new double[] { 0, 0.000001, 0.0999, 0.1, 0.100001, 0.3, 1.999, 2, 2.5, -1, Double.NaN }) {
			this.metrics.histogram("payment_seconds").labelValues().observe(seconds);
		}
		assertThat(published("payment_seconds")).containsExactly("# HELP payment_seconds What HISTOGRAM says",
				"# TYPE payment_seconds histogram", "payment_seconds_bucket{le=\"1.0E-6\"} 2",
				"payment_seconds_bucket{le=\"0.1\"} 4", "payment_seconds_bucket{le=\"0.3\"} 6",
				"payment_seconds_bucket{le=\"2.0\"} 8", "payment_seconds_bucket{le=\"+Inf\"} 9",
				"payment_seconds_count 9", "payment_seconds_sum 7.098902",
				"# HELP payment_seconds_max What HISTOGRAM says", "# TYPE payment_seconds_max gauge",
				"payment_seconds_max 2.5");
	}

	@Test
	void summaryHasTheQuantilesDeclared() {
		IntStream.rangeClosed(1, 100)
			.forEach((i) -> this.metrics.summary("checkout_duration_seconds").labelValues().observe(i / 1000.0));
		assertThat(published("checkout_duration_seconds")).contains("# TYPE checkout_duration_seconds summary",
				"checkout_duration_seconds_count 100");
		Map<String, Double> samples = Samples.parse(this.registry.scrape()).values();
		assertThat(samples.get("checkout_duration_seconds{quantile=\"0.5\"}")).isBetween(0.045, 0.055);
		assertThat(samples.get("checkout_duration_seconds{quantile=\"0.9\"}")).isBetween(0.081, 0.099);
	}

	@Test
	void onlyWhatHasNoLabelsIsThereFromTheStart() {
		assertThat(this.registry.scrape()).doesNotContain("mails_sent");
		this.metrics.initialize();
		assertThat(this.registry.scrape()).contains("\nmails_sent_total 0.0", "\ncart_items_count 0")
			.doesNotContain("\norders_placed", "\nqueue_length");
	}

	@Test
	void sameValuesGiveTheSameMeter() {
		MeterFamily<Counter> placed = this.metrics.counter("orders_placed");
		assertThat(placed.labelValues("web", "eu")).isSameAs(placed.labelValues("web", "eu"))
			.isSameAs(this.metrics.counter("orders_placed").labelValues("web", "eu"))
			.isNotSameAs(placed.labelValues("eu", "web"));
	}

	/** The values; when there are more than one also their key, and what compares it. */
	@Test
	void findingAMeterAllocatesFewSmallObjects() {
		MeterFamily<Counter> placed = this.metrics.counter("orders_placed");
		MeterFamily<SettableGauge> queue = this.metrics.gauge("queue_length");
		assertThat(allocated(() -> placed.labelValues("web", "eu").increment())).isLessThanOrEqualTo(80);
		assertThat(allocated(() -> queue.labelValues("mail").add(1))).isLessThanOrEqualTo(24);
	}

	private static double allocated(Runnable use) {
		ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
		int uses = 10_000;
		// The least of several: the compiler may still be at it
		long least = Long.MAX_VALUE;
		for (int round = 0; round < 8; round++) {
			long before = threads.getCurrentThreadAllocatedBytes();
			for (int i = 0; i < uses; i++) {
				use.run();
			}
			least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
		}
		return (double) least / uses;
	}

	@Test
	void wrongNumberOfValuesIsRefused() {
		MeterFamily<Counter> placed = this.metrics.counter("orders_placed");
		String message = "gmicro.metrics.custom.orders_placed.labels=channel,region takes 2 label values, not ";
		assertThatIllegalArgumentException().isThrownBy(placed::labelValues).withMessage(message + 0);
		assertThatIllegalArgumentException().isThrownBy(() -> placed.labelValues("web")).withMessage(message + 1);
		assertThatIllegalArgumentException().isThrownBy(() -> placed.labelValues("web", "eu", "x"))
			.withMessage(message + 3);
		assertThatIllegalArgumentException().isThrownBy(() -> this.metrics.gauge("queue_length").labelValues())
			.withMessage("gmicro.metrics.custom.queue_length.labels=queue takes 1 label values, not 0");
	}

	@Test
	@SuppressWarnings("NullAway")
	void missingValueIsRefused() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.metrics.counter("orders_placed").labelValues("web", null))
			.withMessage("gmicro.metrics.custom.orders_placed.labels: the value of region is null");
	}

	@Test
	void wrongKindIsRefused() {
		String isCounter = "gmicro.metrics.custom.orders_placed.type=counter, but it is used as a ";
		assertThatIllegalArgumentException().isThrownBy(() -> this.metrics.gauge("orders_placed"))
			.withMessage(isCounter + "gauge");
		assertThatIllegalArgumentException().isThrownBy(() -> this.metrics.histogram("orders_placed"))
			.withMessage(isCounter + "histogram");
		assertThatIllegalArgumentException().isThrownBy(() -> this.metrics.summary("cart_items"))
			.withMessage("gmicro.metrics.custom.cart_items.type=histogram, but it is used as a summary");
		assertThatIllegalArgumentException().isThrownBy(() -> this.metrics.counter("queue_length"))
			.withMessage("gmicro.metrics.custom.queue_length.type=gauge, but it is used as a counter");
	}

	@Test
	void nameThatIsNotDeclaredIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.metrics.counter("orders"))
			.withMessage("There is no gmicro.metrics.custom.orders. Declared are cart_items, "
					+ "checkout_duration_seconds, mails_sent_total, orders_placed, payment_seconds, queue_length");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new CustomMetrics(this.registry, Map.of()).counter("orders"))
			.withMessage("There is no gmicro.metrics.custom.orders. Declared are none");
	}

	@Test
	void labelValuesAreBounded(CapturedOutput output) throws Exception {
		CustomMetrics bounded = new CustomMetrics(this.registry,
				Map.of("visits", new CustomMetric(Type.COUNTER, "Visits", List.of("page", "who"), null, null, 100)));
		MeterFamily<Counter> visits = bounded.counter("visits");
		ExecutorService threads = Executors.newFixedThreadPool(8);
		for (int i = 0; i < 1000; i++) {
			String value = Integer.toString(i);
			threads.execute(() -> visits.labelValues(value, "x").increment());
		}
		threads.shutdown();
		assertThat(threads.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
		Map<String, Double> samples = Samples.parse(this.registry.scrape()).values();
		assertThat(samples.keySet()).filteredOn((name) -> name.startsWith("visits_total")).hasSize(101);
		assertThat(samples).containsEntry("visits_total{page=\"_OTHER\",who=\"_OTHER\"}", 900.0)
			.containsEntry("gmicro_overflow_total{label=\"visits\"}", 900.0);
		assertThat(output.getOut().split("gmicro.metrics.custom.visits.max-label-sets=100", -1)).hasSize(2);
	}

	@Test
	void longValueIsNotKept() {
		MeterFamily<SettableGauge> queue = this.metrics.gauge("queue_length");
		queue.labelValues("_OTHER").set(1);
		queue.labelValues("x".repeat(201)).set(7);
		queue.labelValues("x".repeat(200)).set(8);
		assertThat(Samples.parse(this.registry.scrape()).values()).containsEntry("queue_length{queue=\"_OTHER\"}", 7.0)
			.containsEntry("queue_length{queue=\"" + "x".repeat(200) + "\"}", 8.0)
			.containsEntry("gmicro_overflow_total{label=\"queue_length\"}", 1.0);
	}

	@Test
	void commonTagsAndFiltersApply() {
		this.registry.config().commonTags("application", "shop").meterFilter(MeterFilter.denyNameStartsWith("mails"));
		this.metrics.counter("orders_placed").labelValues("web", "eu").increment();
		this.metrics.counter("mails_sent_total").labelValues().increment();
		assertThat(this.registry.scrape())
			.contains("orders_placed_total{application=\"shop\",channel=\"web\",region=\"eu\"} 1.0")
			.doesNotContain("mails_sent");
	}

	@Test
	void everyRegistryGetsThem() {
		SimpleMeterRegistry simple = new SimpleMeterRegistry();
		CompositeMeterRegistry both = new CompositeMeterRegistry();
		both.add(this.registry).add(simple);
		new CustomMetrics(both, Map.of("orders", metric(Type.COUNTER, "channel"))).counter("orders")
			.labelValues("web")
			.increment(3);
		assertThat(this.registry.scrape()).contains("orders_total{channel=\"web\"} 3.0");
		assertThat(simple.get("orders").tags(List.of(Tag.of("channel", "web"))).counter().count()).isEqualTo(3);
	}

	@Test
	void clashesWithMetersOfOthersAreFound() {
		assertThat(this.metrics.clashes(List.of())).isEmpty();
		this.metrics.initialize();
		this.metrics.counter("orders_placed").labelValues("web", "eu");
		assertThat(this.metrics.clashes(List.of())).isEmpty();
		Counter.builder("orders.placed").register(this.registry);
		this.registry.gauge("cart.items.max", 1);
		this.registry.timer("checkout.duration");
		assertThat(this.metrics.clashes(List.of("queue_length", "mails_sent"))).containsOnly(
				Map.entry("orders_placed", "the meter orders.placed"),
				Map.entry("cart_items", "the meter cart.items.max"),
				Map.entry("checkout_duration_seconds", "the meter checkout.duration"),
				Map.entry("queue_length", "the collector queue_length"),
				Map.entry("mails_sent_total", "the collector mails_sent"));
	}

	private List<String> published(String prefix) {
		return this.registry.scrape()
			.lines()
			.filter((line) -> line.replaceFirst("^# (HELP|TYPE) ", "").startsWith(prefix))
			.toList();
	}

	private static CustomMetric metric(Type type, String... labels) {
		return new CustomMetric(type, "What " + type.name() + " says", List.of(labels), null, null, null);
	}

	private static CustomMetric distribution(Type type, Double... values) {
		List<Double> list = List.of(values);
		return new CustomMetric(type, "What " + type.name() + " says", null, (type == Type.HISTOGRAM) ? list : null,
				(type == Type.SUMMARY) ? list : null, null);
	}

}
