package io.gmicro.scrape;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Protobuf is that of client_java but for start times, as another parser reads it.
 */
class ProtobufWriterTests {

	private static final int METRIC = 4;

	private static final int COUNTER = 3;

	private static final int SUMMARY = 4;

	private static final int HISTOGRAM = 7;

	private final long before = System.currentTimeMillis();

	@Test
	void countersHistogramsAndSummariesHaveStartTimes() throws IOException {
		PrometheusRegistry collectors = new PrometheusRegistry();
		MeterRegistry registry = new HistogramTimerRegistry(PrometheusConfig.DEFAULT, collectors, Clock.SYSTEM, null,
				Set.of("duration"));
		registry.counter("sent", "kind", "\u00fc\n\"").increment();
		registry.summary("size").record(7);
		Timer.builder("other").publishPercentileHistogram().register(registry).record(1, TimeUnit.SECONDS);
		for (int i = 0; i < 300; i++) {
			Timer.builder("duration")
				.tag("route", "/" + "x".repeat(i))
				.serviceLevelObjectives(Duration.ofMillis(100))
				.register(registry)
				.record(i, TimeUnit.MILLISECONDS);
		}
		List<UnknownFieldSet> families = parse(write(collectors.scrape()));
		assertThat(startTimes(families, "sent_total", COUNTER, 3)).hasSize(1);
		assertThat(startTimes(families, "duration_seconds", HISTOGRAM, 15)).hasSize(300);
		assertThat(startTimes(families, "other_seconds", HISTOGRAM, 15)).hasSize(1);
		assertThat(startTimes(families, "size", SUMMARY, 4)).hasSize(1);
	}

	@Test
	void everythingElseIsAsTheLibraryWritesIt() throws IOException {
		for (int seed = 0; seed < 1_000; seed++) {
			MetricSnapshots snapshots = new RandomSnapshots(new Random(seed)).next();
			ByteArrayOutputStream library = new ByteArrayOutputStream();
			ExpositionFormats.init().getPrometheusProtobufWriter().write(library, snapshots);
			List<UnknownFieldSet> families = new ArrayList<>();
			for (UnknownFieldSet family : parse(write(snapshots))) {
				families.add(without(without(family, HISTOGRAM, 15), SUMMARY, 4));
			}
			List<UnknownFieldSet> expected = parse(library.toByteArray());
			assertThat(families).as("seed %s", seed).hasSameSizeAs(expected);
			for (int i = 0; i < families.size(); i++) {
				assertThat(families.get(i)).as("seed %s, family %s", seed, i).isEqualTo(expected.get(i));
			}
		}
	}

	@Test
	void snapshotsOfOneNameAreOneFamily() throws IOException {
		MetricSnapshots sameName = new MetricSnapshots(histogram("a"), histogram("b"));
		ByteArrayOutputStream library = new ByteArrayOutputStream();
		ExpositionFormats.init().getPrometheusProtobufWriter().write(library, sameName);
		assertThat(parse(write(sameName))).hasSize(1).isEqualTo(parse(library.toByteArray()));
	}

	private static HistogramSnapshot histogram(String label) {
		return HistogramSnapshot.builder()
			.name("same")
			.dataPoint(HistogramSnapshot.HistogramDataPointSnapshot.builder()
				.labels(Labels.of("label", label))
				.classicHistogramBuckets(
						ClassicHistogramBuckets.of(new double[] { Double.POSITIVE_INFINITY }, new Number[] { 1 }))
				.createdTimestampMillis(1)
				.build())
			.build();
	}

	@Test
	void withoutMetricsNothingIsWritten() throws IOException {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		ScrapeFormat.PROTOBUF.write(out, new MetricSnapshots());
		assertThat(out.size()).isZero();
	}

	private static byte[] write(MetricSnapshots snapshots) throws IOException {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		ScrapeFormat.PROTOBUF.write(out, snapshots);
		return out.toByteArray();
	}

	private static List<UnknownFieldSet> parse(byte[] bytes) throws IOException {
		ByteArrayInputStream in = new ByteArrayInputStream(bytes);
		List<UnknownFieldSet> families = new ArrayList<>();
		while (in.available() > 0) {
			UnknownFieldSet.Builder family = UnknownFieldSet.newBuilder();
			assertThat(family.mergeDelimitedFrom(in)).isTrue();
			families.add(family.build());
		}
		return families;
	}

	/** The start times of all metrics of a family, each between now and the start. */
	private List<Long> startTimes(List<UnknownFieldSet> families, String name, int kind, int field) throws IOException {
		List<Long> times = new ArrayList<>();
		for (UnknownFieldSet family : families) {
			if (family.getField(1).getLengthDelimitedList().get(0).toStringUtf8().equals(name)) {
				for (UnknownFieldSet metric : messages(family, METRIC)) {
					for (UnknownFieldSet value : messages(metric, kind)) {
						UnknownFieldSet time = messages(value, field).get(0);
						long millis = time.getField(1).getVarintList().get(0) * 1000
								+ time.getField(2).getVarintList().get(0) / 1_000_000;
						assertThat(millis).isBetween(this.before, System.currentTimeMillis());
						times.add(millis);
					}
				}
			}
		}
		return times;
	}

	private static List<UnknownFieldSet> messages(UnknownFieldSet message, int field) throws IOException {
		List<UnknownFieldSet> messages = new ArrayList<>();
		for (ByteString bytes : message.getField(field).getLengthDelimitedList()) {
			messages.add(UnknownFieldSet.parseFrom(bytes));
		}
		return messages;
	}

	/** A family without one field of the values of its metrics. */
	private static UnknownFieldSet without(UnknownFieldSet family, int kind, int field) throws IOException {
		UnknownFieldSet.Field.Builder metrics = UnknownFieldSet.Field.newBuilder();
		for (UnknownFieldSet metric : messages(family, METRIC)) {
			UnknownFieldSet.Builder changed = metric.toBuilder();
			List<UnknownFieldSet> values = messages(metric, kind);
			if (!values.isEmpty()) {
				changed.clearField(kind)
					.addField(kind,
							UnknownFieldSet.Field.newBuilder()
								.addLengthDelimited(values.get(0).toBuilder().clearField(field).build().toByteString())
								.build());
			}
			metrics.addLengthDelimited(changed.build().toByteString());
		}
		return family.hasField(METRIC) ? family.toBuilder().clearField(METRIC).addField(METRIC, metrics.build()).build()
				: family;
	}

}
