package io.gmicro.custom;

import java.lang.management.ManagementFactory;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleConsumer;
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
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

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
		assertThat(this.registry.scrape()).doesNotContain("\nmails_sent");
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

	@Test
	void gaugesThatAFilterMakesOneAddUp() {
		this.registry.config().meterFilter(MeterFilter.ignoreTags("queue"));
		MeterFamily<SettableGauge> queue = this.metrics.gauge("queue_length");
		queue.labelValues("mail").set(2);
		queue.labelValues("sms").set(3);
		queue.labelValues("fax").set(4);
		queue.labelValues("sms").add(1);
		assertThat(published("queue_length")).contains("queue_length 10.0");
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
	@SuppressWarnings("NullAway")
	void nullIsRefusedWithAMessage() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.metrics.counter("orders_placed").labelValues((String[]) null))
			.withMessage("gmicro.metrics.custom.orders_placed.labels=channel,region takes 2 label values, not null");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.metrics.counter("mails_sent_total").labelValues((String[]) null))
			.withMessage("gmicro.metrics.custom.mails_sent_total.labels= takes 0 label values, not null");
		for (ThrowingCallable find : List.<ThrowingCallable>of(() -> this.metrics.counter(null),
				() -> this.metrics.gauge(null), () -> this.metrics.histogram(null), () -> this.metrics.summary(null))) {
			assertThatIllegalArgumentException().isThrownBy(find)
				.withMessageStartingWith("There is no gmicro.metrics.custom.null. Declared are cart_items");
		}
		assertThatNullPointerException().isThrownBy(() -> new CustomMetrics(null, Map.of()))
			.withMessage("registry is null");
		assertThatNullPointerException().isThrownBy(() -> new CustomMetrics(this.registry, null))
			.withMessage("declared metrics are null");
		assertThatNullPointerException().isThrownBy(() -> this.metrics.clashes(null))
			.withMessage("names that are taken are null");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new CustomMetrics(this.registry, Collections.singletonMap("x", null)))
			.withMessageStartingWith("gmicro.metrics.custom.x is missing");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new CustomMetrics(this.registry, Collections.singletonMap(null, metric(Type.COUNTER))))
			.withMessageStartingWith("gmicro.metrics.custom.<name>");
		List<String> none = Collections.singletonList(null);
		List<Double> noNumber = Collections.singletonList(null);
		for (CustomMetric metric : List.of(new CustomMetric(null, "X", null, null, null, null),
				new CustomMetric(Type.COUNTER, null, null, null, null, null),
				new CustomMetric(Type.COUNTER, "X", none, null, null, null),
				new CustomMetric(Type.HISTOGRAM, "X", null, noNumber, null, null),
				new CustomMetric(Type.SUMMARY, "X", null, null, noNumber, null))) {
			assertThatIllegalArgumentException().isThrownBy(() -> new CustomMetrics(this.registry, Map.of("x", metric)))
				.withMessageMatching("gmicro\\.metrics\\.custom\\.x\\.[a-z]+ is missing: .+");
		}
	}

	/** Nothing that wraps round, and nothing that spoils a sum for good. */
	@Test
	void valuesThatCannotBeAddedUpAreRefusedAndCounted(CapturedOutput output) {
		double[] refused = { -1, -Double.MIN_VALUE, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY,
				Double.MAX_VALUE };
		Map<String, DoubleConsumer> metrics = Map.of("mails_sent_total",
				(value) -> this.metrics.counter("mails_sent_total").labelValues().increment(value), "cart_items",
				(value) -> this.metrics.histogram("cart_items").labelValues().observe(value), "payment_seconds",
				(value) -> this.metrics.histogram("payment_seconds").labelValues().observe(value),
				"checkout_duration_seconds",
				(value) -> this.metrics.summary("checkout_duration_seconds").labelValues().observe(value));
		metrics.forEach((name, metric) -> {
			metric.accept(2);
			for (double value : refused) {
				metric.accept(value);
			}
			metric.accept(3);
			Map<String, Double> samples = Samples.parse(this.registry.scrape()).values();
			assertThat(samples).containsEntry(name.endsWith("_total") ? name : name + "_sum", 5.0)
				.containsEntry("gmicro_overflow_total{label=\"" + name + "\"}", (double) refused.length);
			assertThat(output.getAll())
				.containsOnlyOnce("Not recorded: the value -1.0 of gmicro.metrics.custom." + name);
		});
	}

	@Test
	void secondsDoNotWrapRound() {
		Distribution payments = this.metrics.histogram("payment_seconds").labelValues();
		payments.observe(1e12);
		payments.observe(Long.MAX_VALUE);
		payments.observe(9.3e9);
		assertThat(Samples.parse(this.registry.scrape()).values()).containsEntry("payment_seconds_sum", 0.0)
			.containsEntry("payment_seconds_max", 0.0)
			.containsEntry("gmicro_overflow_total{label=\"payment_seconds\"}", 3.0);
		for (int i = 0; i < 20; i++) {
			payments.observe(1e9);
		}
		assertThat(Samples.parse(this.registry.scrape()).values()).containsEntry("payment_seconds_sum", 9e9)
			.containsEntry("payment_seconds_count", 9.0)
			.containsEntry("payment_seconds_max", 1e9)
			.containsEntry("payment_seconds_bucket{le=\"+Inf\"}", 9.0)
			.containsEntry("gmicro_overflow_total{label=\"payment_seconds\"}", 14.0);
	}

	@Test
	void largeValuesAreAddedUp() {
		Distribution items = this.metrics.histogram("cart_items").labelValues();
		Distribution checkout = this.metrics.summary("checkout_duration_seconds").labelValues();
		for (int i = 0; i < 3; i++) {
			items.observe(Long.MAX_VALUE);
			checkout.observe(1e12);
			this.metrics.counter("mails_sent_total").labelValues().increment(Long.MAX_VALUE);
		}
		assertThat(Samples.parse(this.registry.scrape()).values()).containsEntry("cart_items_sum", 3.0 * Long.MAX_VALUE)
			.containsEntry("cart_items_count", 3.0)
			.containsEntry("cart_items_bucket{le=\"100.0\"}", 0.0)
			.containsEntry("checkout_duration_seconds_sum", 3e12)
			.containsEntry("mails_sent_total", 3.0 * Long.MAX_VALUE);
	}

	@Test
	void valuesThatDifferInUnpairedSurrogatesAreOneSeries() {
		MeterFamily<Counter> placed = this.metrics.counter("orders_placed");
		List<String> odd = List.of("\uD800", "\uD801", "\uDC00", "\uDFFF", "\uFFFD");
		odd.forEach((value) -> placed.labelValues(value, "a" + value + "b").increment());
		odd.forEach((value) -> placed.labelValues(value, "a" + value + "b").increment());
		placed.labelValues("\uD83D\uDE00", "\uDE00\uD83D").increment();
		assertThat(published("orders_placed")).filteredOn((line) -> !line.startsWith("#"))
			.containsExactlyInAnyOrder("orders_placed_total{channel=\"\uFFFD\",region=\"a\uFFFDb\"} 10.0",
					"orders_placed_total{channel=\"\uD83D\uDE00\",region=\"\uFFFD\uFFFD\"} 1.0");
		assertThat(placed.labelValues("\uD800", "x")).isSameAs(placed.labelValues("\uDBFF", "x"));
	}

	@Test
	void unpairedSurrogatesTakeOnePlaceOfTheLimit() {
		MeterFamily<Counter> visits = new CustomMetrics(this.registry,
				Map.of("visits", new CustomMetric(Type.COUNTER, "Visits", List.of("page"), null, null, 2)))
			.counter("visits");
		for (char c = Character.MIN_SURROGATE; c < Character.MAX_SURROGATE; c++) {
			visits.labelValues(String.valueOf(c)).increment();
		}
		visits.labelValues("a").increment();
		assertThat(Samples.parse(this.registry.scrape()).values())
			.containsEntry("visits_total{page=\"\uFFFD\"}", 2047.0)
			.containsEntry("visits_total{page=\"a\"}", 1.0)
			.containsEntry("gmicro_overflow_total{label=\"visits\"}", 0.0);
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
			.doesNotContain("\nmails_sent");
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
