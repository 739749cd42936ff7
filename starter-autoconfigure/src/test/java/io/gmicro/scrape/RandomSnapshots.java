package io.gmicro.scrape;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.Exemplar;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.NativeHistogramBuckets;
import io.prometheus.metrics.model.snapshots.Quantile;
import io.prometheus.metrics.model.snapshots.Quantiles;
import io.prometheus.metrics.model.snapshots.StateSetSnapshot.StateSetDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.StateSetSnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.Unit;
import io.prometheus.metrics.model.snapshots.UnknownSnapshot.UnknownDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.UnknownSnapshot;
import org.jspecify.annotations.Nullable;

/**
 * Metrics of every type, with every part that is optional there or not, and text of every
 * kind wherever text may be.
 */
final class RandomSnapshots {

	private static final List<String> TEXTS = List.of("", "GET", "/orders/{id}", "a\\b", "say \"x\"", "two\nlines",
			"\\\"\n", "größe", "日本", "😀 a\"", "\ud83d", "\udc00x", "{}=,#", " ", "\r\t\u0000", "x".repeat(300));

	private static final List<String> NAMES = List.of("http.server", "jvm_memory", "größe", "a-b", "a:b", "x.total",
			"x.created", "up.info", "9lives", "日本", "a_bucket", "n.sum", "n.count");

	private static final double[] VALUES = { 0, -0.0, 1, -1, 42, 0.1, -2.5, 1e7, 9_999_999, 10_000_001, 1e16, 1e300,
			1e-5, 0.001, 1234567.891, Double.MIN_VALUE, Double.MAX_VALUE, Double.NaN, Double.POSITIVE_INFINITY,
			Double.NEGATIVE_INFINITY, Long.MAX_VALUE };

	private static final long[] TIMES = { 1_700_000_000_007L, 1_700_000_000_070L, 1_700_000_000_700L,
			1_700_000_001_000L };

	private final RandomGenerator random;

	/** Some families are not of the regular kind, in one way each. */
	private int strangeness;

	RandomSnapshots(RandomGenerator random) {
		this.random = random;
	}

	MetricSnapshots next() {
		List<MetricSnapshot> families = new ArrayList<>();
		int count = this.random.nextInt(8);
		for (int i = 0; i < count; i++) {
			families.add(family(i));
		}
		if (oneOf(10)) {
			families.add(new CounterSnapshot(new MetricMetadata("twice"), List.of(counter(labels(1)))));
			families.add(new CounterSnapshot(new MetricMetadata("twice"),
					IntStream.range(2, 30).mapToObj((index) -> counter(labels(index))).toList()));
		}
		return new MetricSnapshots(families);
	}

	private MetricSnapshot family(int index) {
		MetricMetadata metadata = metadata(index);
		int points = oneOf(3) ? this.random.nextInt(5) : 10 + this.random.nextInt(40);
		int kind = this.random.nextInt(8);
		this.strangeness = this.random.nextInt(12);
		List<Labels> labels = new ArrayList<>();
		for (int i = 0; i < points; i++) {
			labels.add(labels(i));
		}
		return switch (kind) {
			case 0 -> new CounterSnapshot(metadata, labels.stream().map((each) -> counter(each)).toList());
			case 1 -> new GaugeSnapshot(metadata, labels.stream().map((each) -> gauge(each)).toList());
			case 2 -> new SummarySnapshot(metadata, labels.stream().map((each) -> summary(each)).toList());
			case 3 -> new InfoSnapshot(new MetricMetadata(metadata.getName(), metadata.getHelp()),
					labels.stream().map(InfoDataPointSnapshot::new).toList());
			case 4 -> new StateSetSnapshot(new MetricMetadata(metadata.getName(), metadata.getHelp()),
					labels.stream().map(this::stateSet).toList());
			case 5 -> new UnknownSnapshot(metadata, labels.stream().map(this::unknown).toList());
			default ->
				new HistogramSnapshot(oneOf(5), metadata, labels.stream().map((each) -> histogram(each)).toList());
		};
	}

	private MetricMetadata metadata(int index) {
		String name = NAMES.get(this.random.nextInt(NAMES.size()));
		String unique = oneOf(2) ? "m" + index + "." + name : name + index;
		return oneOf(4) ? new MetricMetadata(unique + "_seconds", oneOf(4) ? null : text(), Unit.SECONDS)
				: new MetricMetadata(unique, oneOf(4) ? null : text());
	}

	private Labels labels(int index) {
		Labels.Builder labels = Labels.builder();
		if (index > 0 || oneOf(2)) {
			labels.label("index", Integer.toString(index));
		}
		if (oneOf(2)) {
			labels.label("http.method", text());
		}
		if (oneOf(6)) {
			labels.label("größe", text());
		}
		if (this.strangeness == 1 && oneOf(20)) {
			labels.label("a:b", text());
		}
		return labels.build();
	}

	private CounterDataPointSnapshot counter(Labels labels) {
		return new CounterDataPointSnapshot(Math.abs(number()), labels, exemplar(), time(5), scrapeTime());
	}

	private GaugeDataPointSnapshot gauge(Labels labels) {
		return new GaugeDataPointSnapshot(number(), labels, exemplar(), scrapeTime());
	}

	private UnknownDataPointSnapshot unknown(Labels labels) {
		return new UnknownDataPointSnapshot(number(), labels, exemplar(), scrapeTime());
	}

	private StateSetDataPointSnapshot stateSet(Labels labels) {
		return StateSetDataPointSnapshot.builder()
			.labels(labels)
			.state("on", oneOf(2))
			.state(text() + "s", true)
			.build();
	}

	private SummaryDataPointSnapshot summary(Labels labels) {
		List<Quantile> quantiles = new ArrayList<>();
		for (double quantile = 0; quantile <= 1 && oneOf(2); quantile += 0.25) {
			quantiles.add(new Quantile(quantile, number()));
		}
		return new SummaryDataPointSnapshot(
				(this.strangeness == 3 && oneOf(9)) ? -1 : this.random.nextLong(1L << this.random.nextInt(62)),
				(this.strangeness == 3 && oneOf(9)) ? Double.NaN : number(), Quantiles.of(quantiles), labels,
				exemplars(), time(5), scrapeTime());
	}

	private HistogramDataPointSnapshot histogram(Labels labels) {
		double sum = (this.strangeness == 3 && oneOf(9)) ? Double.NaN : number();
		HistogramDataPointSnapshot.Builder point = HistogramDataPointSnapshot.builder()
			.sum(sum)
			.labels(labels)
			.exemplars(exemplars())
			.createdTimestampMillis(time(5))
			.scrapeTimestampMillis(scrapeTime());
		if (this.strangeness == 2 && oneOf(3)) {
			return point.nativeSchema(3)
				.nativeZeroCount(this.random.nextInt(100))
				.nativeZeroThreshold(0.001)
				.nativeBucketsForPositiveValues(NativeHistogramBuckets.of(new int[] { 1, 2 }, new long[] { 7, 3 }))
				.build();
		}
		double[] bounds = oneOf(5) ? new double[] { Double.POSITIVE_INFINITY }
				: oneOf(5) ? new double[] { -1, 0, number(), Double.POSITIVE_INFINITY }
						: new double[] { 0.005, 0.01, 1, 10, 1e9, Double.POSITIVE_INFINITY };
		if (bounds.length == 4 && !(bounds[2] > 0 && bounds[2] < bounds[3])) {
			bounds[2] = 1;
		}
		long[] counts = new long[bounds.length];
		for (int i = 0; i < counts.length; i++) {
			counts[i] = oneOf(3) ? 0 : this.random.nextLong(1L << this.random.nextInt(58));
		}
		return point.classicHistogramBuckets(ClassicHistogramBuckets.of(bounds, counts)).build();
	}

	private Exemplars exemplars() {
		List<Exemplar> exemplars = new ArrayList<>();
		while (oneOf(3)) {
			Exemplar exemplar = exemplar();
			if (exemplar != null) {
				exemplars.add(exemplar);
			}
		}
		return Exemplars.of(exemplars);
	}

	private @Nullable Exemplar exemplar() {
		if (!oneOf(3)) {
			return null;
		}
		Labels labels = oneOf(3) ? Labels.of("trace_id", "0af7", "span_id", "b7ad")
				: oneOf(9) ? Labels.of("a:b", "1") : oneOf(2) ? Labels.EMPTY : Labels.of("x.y", text());
		return new Exemplar(number(), labels, time(3));
	}

	private long scrapeTime() {
		return (this.strangeness == 0 && oneOf(9)) ? 1_700_000_002_000L + this.random.nextInt(2000) : 0;
	}

	private long time(int rarity) {
		return oneOf(rarity) ? TIMES[this.random.nextInt(TIMES.length)] : 0;
	}

	private double number() {
		return oneOf(2) ? VALUES[this.random.nextInt(VALUES.length)]
				: oneOf(2) ? this.random.nextInt(1_000_000) : this.random.nextGaussian() * 1e3;
	}

	private String text() {
		return TEXTS.get(this.random.nextInt(TEXTS.size()));
	}

	private boolean oneOf(int count) {
		return this.random.nextInt(count) == 0;
	}

}
