package io.gmicro.scrape;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.NamingConvention;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.HistogramSnapshot;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusTimer;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.tracer.common.SpanContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

/**
 * The registry against Micrometer's, from which it may differ in nothing but cost.
 */
class HistogramTimerRegistryTests {

	private static final String NAME = "http.server.request.duration";

	private static final List<String> FORMATS = List.of("text/plain",
			"application/openmetrics-text; version=1.0.0; charset=utf-8",
			"application/vnd.google.protobuf; " + "proto=io.prometheus.client.MetricFamily; encoding=delimited");

	private final MockClock clock = new MockClock();

	private final PrometheusMeterRegistry expected = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT,
			new PrometheusRegistry(), this.clock);

	private final HistogramTimerRegistry actual = registry(PrometheusConfig.DEFAULT, null);

	private final List<PrometheusMeterRegistry> both = List.of(this.expected, this.actual);

	private HistogramTimerRegistry registry(PrometheusConfig config, @Nullable SpanContext spanContext) {
		return new HistogramTimerRegistry(config, new PrometheusRegistry(), this.clock, spanContext, Set.of(NAME));
	}

	@Test
	void timerIsOfTheCheaperKind() {
		assertThat(timer(this.actual)).isInstanceOf(HistogramTimer.class);
	}

	@Test
	void longDurationsAreAddedUpAndNeverWrapRound() {
		Timer timer = timer(this.actual);
		for (int i = 0; i < 5; i++) {
			timer.record(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
			timer.record(Long.MAX_VALUE, TimeUnit.DAYS);
			timer.record(-1, TimeUnit.SECONDS);
		}
		assertThat(timer.totalTime(TimeUnit.NANOSECONDS)).isEqualTo(10.0 * Long.MAX_VALUE);
		assertThat(timer.count()).isEqualTo(10);
		assertThat(timer.max(TimeUnit.NANOSECONDS)).isEqualTo(Long.MAX_VALUE);
		assertThat(this.actual.scrape()).contains("_sum 9.22337203685477", "_count 10\n").doesNotContain(" -");
	}

	@Test
	void manyDurationsAreAddedUpPastTheRangeOfALong() {
		Timer timer = timer(this.actual);
		long hour = TimeUnit.HOURS.toNanos(1) - 1;
		double expected = 0;
		for (int round = 0; round < 10; round++) {
			for (int i = 0; i < 2_000_000; i++) {
				timer.record(hour, TimeUnit.NANOSECONDS);
			}
			expected += 2_000_000.0 * hour;
			assertThat(timer.totalTime(TimeUnit.NANOSECONDS)).isCloseTo(expected, withinPercentage(1e-9));
		}
		assertThat(expected).isGreaterThan(3 * 0x1p64);
	}

	@Test
	void metersThatDifferInUnpairedSurrogatesAreOne() {
		for (String value : List.of("\uD800", "\uD801", "\uDC00", "\uFFFD")) {
			this.actual.counter("foreign", "v", value).increment();
			Timer.builder(NAME)
				.tag("v", value)
				.serviceLevelObjectives(Duration.ofSeconds(1))
				.register(this.actual)
				.record(1, TimeUnit.SECONDS);
		}
		assertThat(this.actual.scrape().lines()).filteredOn((line) -> line.startsWith("foreign_total"))
			.containsExactly("foreign_total{v=\"\uFFFD\"} 4.0");
		assertThat(this.actual.scrape().lines()).filteredOn((line) -> line.contains("_seconds_count"))
			.containsExactly("http_server_request_duration_seconds_count{v=\"\uFFFD\"} 4");
	}

	@Test
	void randomTimersAreScrapedAndReadAsMicrometers() throws IOException {
		for (int seed = 0; seed < 300; seed++) {
			HistogramTimerRegistryTests fresh = new HistogramTimerRegistryTests();
			fresh.compareRandomTimers(new Random(seed), "seed " + seed);
		}
	}

	private void compareRandomTimers(Random random, String seed) throws IOException {
		Duration[] bounds = LongStream.generate(() -> 1 + random.nextLong(20_000_000_000L))
			.limit(1 + random.nextInt(20))
			.sorted()
			.distinct()
			.mapToObj(Duration::ofNanos)
			.toArray(Duration[]::new);
		boolean percentilesHistogram = random.nextInt(4) == 0;
		boolean percentiles = random.nextBoolean();
		String description = random.nextBoolean() ? "Duration \"of\" requests" : null;
		List<Timer[]> timers = new ArrayList<>();
		int routes = 1 + random.nextInt(30);
		for (int route = 0; route < routes; route++) {
			String[] tags = { "http.route", "/a\"b\\" + route + "\n/é/{id}", "0odd-key", "v" };
			timers.add(this.both.stream().map((registry) -> {
				Timer.Builder builder = Timer.builder(NAME)
					.description(description)
					.tags(tags)
					.serviceLevelObjectives(bounds)
					.publishPercentileHistogram(percentilesHistogram);
				return (percentiles ? builder.publishPercentiles(0.5, 0.99) : builder).register(registry);
			}).toArray(Timer[]::new));
		}
		for (int i = random.nextInt(300); i > 0; i--) {
			long nanos = nanos(random, bounds);
			for (Timer timer : timers.get(random.nextInt(routes))) {
				timer.record(nanos, TimeUnit.NANOSECONDS);
			}
			this.clock.add(random.nextInt(1000), TimeUnit.MILLISECONDS);
		}
		if (random.nextInt(4) == 0) {
			Timer[] removed = timers.remove(0);
			this.expected.remove(removed[0]);
			this.actual.remove(removed[1]);
		}
		assertSameScrape(seed);
		for (Timer[] pair : timers) {
			assertThat(read(pair[1])).as(seed).isEqualTo(read(pair[0]));
		}
	}

	/** At a bound, beside one, or anywhere. */
	private static long nanos(Random random, Duration[] bounds) {
		return switch (random.nextInt(4)) {
			case 0 -> bounds[random.nextInt(bounds.length)].toNanos();
			case 1 -> bounds[random.nextInt(bounds.length)].toNanos() + 1;
			case 2 -> random.nextLong(40_000_000_000L) - 1_000_000;
			default -> random.nextLong(1000);
		};
	}

	private void assertSameScrape(String description) throws IOException {
		for (String format : FORMATS) {
			ByteArrayOutputStream micrometers = new ByteArrayOutputStream();
			this.expected.scrape(micrometers, format);
			ByteArrayOutputStream ours = new ByteArrayOutputStream();
			this.actual.scrape(ours, format);
			assertThat(ours.toByteArray()).as(description + ", " + format).isEqualTo(micrometers.toByteArray());
		}
	}

	private static List<Object> read(Timer timer) {
		HistogramSnapshot snapshot = timer.takeSnapshot();
		return List.of(timer.count(), timer.totalTime(TimeUnit.MILLISECONDS), timer.max(TimeUnit.MICROSECONDS),
				timer.mean(TimeUnit.NANOSECONDS), timer.getId(), timer.baseTimeUnit(), snapshot.toString(),
				snapshot.count(), snapshot.total(), snapshot.max(), Arrays.asList(snapshot.histogramCounts()),
				Arrays.toString(snapshot.percentileValues()), timer.measure().toString());
	}

	@Test
	void filtersAndCommonTagsHold() throws IOException {
		for (PrometheusMeterRegistry registry : this.both) {
			registry.config()
				.commonTags("region", "eu")
				.meterFilter(MeterFilter.ignoreTags("secret"))
				.meterFilter(MeterFilter.deny((id) -> "/denied".equals(id.getTag("route"))))
				.meterFilter(MeterFilter.maxExpected(NAME, Duration.ofMillis(700)))
				.meterFilter(new MeterFilter() {

					@Override
					public DistributionStatisticConfig configure(Meter.Id id, DistributionStatisticConfig config) {
						return DistributionStatisticConfig.builder()
							.serviceLevelObjectives(3e8, 1.5e8)
							.build()
							.merge(config);
					}

				});
			for (String route : List.of("/kept", "/denied")) {
				timer(registry, "route", route, "secret", "s").record(Duration.ofMillis(200));
			}
		}
		assertSameScrape("filters");
		assertThat(this.actual.scrape()).contains("region=\"eu\"", "le=\"0.15\"").doesNotContain("/denied", "secret");
	}

	@Test
	void ownNamingConventionHolds() throws IOException {
		for (PrometheusMeterRegistry registry : this.both) {
			NamingConvention usual = registry.config().namingConvention();
			registry.config().namingConvention(new NamingConvention() {

				@Override
				public String name(String name, Meter.Type type, @Nullable String baseUnit) {
					return "shop_" + usual.name(name, type, baseUnit);
				}

				@Override
				public String tagKey(String key) {
					return "tag_" + usual.tagKey(key);
				}

			});
			timer(registry, "route", "/").record(Duration.ofMillis(200));
		}
		assertSameScrape("naming convention");
		assertThat(this.actual.scrape()).contains("shop_http_server_request_duration_seconds_bucket{tag_route=");
	}

	@Test
	void descriptionsCanBeLeftOut() {
		HistogramTimerRegistry registry = registry(new PrometheusConfig() {

			@Override
			public @Nullable String get(String key) {
				return null;
			}

			@Override
			public boolean descriptions() {
				return false;
			}

		}, null);
		timer(registry);
		assertThat(registry.scrape()).doesNotContain("Duration of requests");
	}

	@Test
	void whenAllAreRemovedTheFamilyIsGoneAndMayComeBack() throws IOException {
		for (PrometheusMeterRegistry registry : this.both) {
			registry.remove(timer(registry));
		}
		assertSameScrape("removed");
		assertThat(this.actual.scrape()).doesNotContain("http_server");
		for (PrometheusMeterRegistry registry : this.both) {
			timer(registry).record(Duration.ofMillis(7));
		}
		assertSameScrape("back");
	}

	@Test
	void otherTimersAndThoseWithoutBucketsAreMicrometers() {
		Timer other = Timer.builder("orders").serviceLevelObjectives(Duration.ofMillis(5)).register(this.actual);
		assertThat(other).isInstanceOf(PrometheusTimer.class);
		assertThat(this.actual.timer(NAME)).isInstanceOf(PrometheusTimer.class);
	}

	@Test
	void whenTracesGiveExemplarsTimersAreMicrometers() {
		SpanContext spanContext = new SpanContext() {

			@Override
			public String getCurrentTraceId() {
				return "0af7651916cd43dd8448eb211c80319c";
			}

			@Override
			public String getCurrentSpanId() {
				return "b7ad6b7169203331";
			}

			@Override
			public boolean isCurrentSpanSampled() {
				return true;
			}

			@Override
			public void markCurrentSpanAsExemplar() {
			}

		};
		HistogramTimerRegistry registry = registry(PrometheusConfig.DEFAULT, spanContext);
		timer(registry).record(Duration.ofMillis(7));
		assertThat(registry.scrape("application/openmetrics-text"))
			.contains("# {span_id=\"b7ad6b7169203331\",trace_id=\"0af7651916cd43dd8448eb211c80319c\"}");
	}

	@Test
	void whenNameIsTakenTheTimerIsReportedAndNotScraped() {
		InspectableRegistry collectors = new InspectableRegistry();
		io.prometheus.metrics.core.metrics.Gauge.builder()
			.name("http_server_request_duration_seconds")
			.register(collectors);
		HistogramTimerRegistry registry = new HistogramTimerRegistry(PrometheusConfig.DEFAULT, collectors, this.clock,
				null, Set.of(NAME));
		List<String> failed = new ArrayList<>();
		registry.config().onMeterRegistrationFailed((id, reason) -> failed.add(id.getName()));
		Timer timer = timer(registry);
		timer.record(Duration.ofMillis(7));
		assertThat(failed).containsExactly(NAME);
		assertThat(timer.count()).isOne();
		assertThat(registry.scrape()).contains("# TYPE http_server_request_duration_seconds gauge")
			.doesNotContain("_bucket");
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 4 })
	void nothingIsLostBetweenThreads(int threads) throws InterruptedException {
		int records = 100_000;
		Timer timer = timer(this.actual);
		List<Thread> running = IntStream.range(0, threads).mapToObj((thread) -> new Thread(() -> {
			for (int i = 0; i < records; i++) {
				timer.record(i % 10, TimeUnit.MILLISECONDS);
			}
		})).toList();
		running.forEach(Thread::start);
		for (Thread thread : running) {
			thread.join();
		}
		long count = (long) threads * records;
		assertThat(timer.count()).isEqualTo(count);
		assertThat(timer.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(4.5 * count);
		assertThat(timer.takeSnapshot().histogramCounts()[0].count()).isEqualTo(0.6 * count);
	}

	private static Timer timer(PrometheusMeterRegistry registry, String... tags) {
		return Timer.builder(NAME)
			.description("Duration of requests")
			.tags(Tags.of(tags))
			.serviceLevelObjectives(Duration.ofMillis(5), Duration.ofMillis(100), Duration.ofSeconds(1))
			.register(registry);
	}

}
