package io.gmicro.custom;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import io.gmicro.custom.CustomMetric.Type;
import io.gmicro.meter.GaugeFamily;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;

/**
 * The metrics declared as {@code gmicro.metrics.custom.<name>}. They are Micrometer's
 * meters, which every registry publishes under the declared name; Prometheus appends
 * {@code _total} to that of a counter. Find a metric in the constructor of the class that
 * records it, so that the application does not start with a name that is not declared.
 * Thread-safe.
 */
public final class CustomMetrics {

	private static final double NANOS_PER_SECOND = 1e9;

	/** Micrometer's timers add up nanoseconds in a long, which holds 292 years. */
	private static final double MOST_SECONDS = 9.2e9;

	private final Map<String, CustomMetric> declared;

	private final Map<String, MeterFamily<?>> families = new TreeMap<>();

	private final Set<Meter.Id> own = ConcurrentHashMap.newKeySet();

	private final MeterRegistry registry;

	/**
	 * Create metrics. Each meter is registered on first use.
	 * @param registry the registry of the meters
	 * @param declared the metrics by name
	 * @throws IllegalArgumentException if a metric is invalid
	 */
	public CustomMetrics(MeterRegistry registry, Map<String, CustomMetric> declared) {
		CustomMetric.requireValid(Objects.requireNonNull(declared, "declared metrics are null"));
		this.registry = Objects.requireNonNull(registry, "registry is null");
		this.declared = new TreeMap<>(declared);
		this.declared.forEach((name, metric) -> this.families.put(name,
				new MeterFamily<>(name, metric, registry, binder(name, metric))));
	}

	/**
	 * Find a counter.
	 * @param name the declared name
	 * @return its meters by label values
	 * @throws IllegalArgumentException if there is no counter with that name
	 */
	public MeterFamily<Counter> counter(String name) {
		return find(name, Type.COUNTER);
	}

	/**
	 * Find a gauge.
	 * @param name the declared name
	 * @return its meters by label values
	 * @throws IllegalArgumentException if there is no gauge with that name
	 */
	public MeterFamily<SettableGauge> gauge(String name) {
		return find(name, Type.GAUGE);
	}

	/**
	 * Find a histogram.
	 * @param name the declared name
	 * @return its meters by label values
	 * @throws IllegalArgumentException if there is no histogram with that name
	 */
	public MeterFamily<Distribution> histogram(String name) {
		return find(name, Type.HISTOGRAM);
	}

	/**
	 * Find a summary.
	 * @param name the declared name
	 * @return its meters by label values
	 * @throws IllegalArgumentException if there is no summary with that name
	 */
	public MeterFamily<Distribution> summary(String name) {
		return find(name, Type.SUMMARY);
	}

	@SuppressWarnings("unchecked")
	private <M> MeterFamily<M> find(String name, Type type) {
		CustomMetric metric = (name != null) ? this.declared.get(name) : null;
		MeterFamily<?> family = (name != null) ? this.families.get(name) : null;
		if (metric == null || family == null) {
			throw new IllegalArgumentException("There is no " + CustomMetric.property(name) + ". Declared are "
					+ (this.declared.isEmpty() ? "none" : String.join(", ", this.declared.keySet())));
		}
		if (metric.type() != type) {
			throw new IllegalArgumentException("%s.type=%s, but it is used as a %s"
				.formatted(CustomMetric.property(name), metric.typeName(), type));
		}
		return (MeterFamily<M>) family;
	}

	/**
	 * Register the metrics without labels, so that they are published before first use.
	 */
	public void initialize() {
		this.families.values().forEach(MeterFamily::initialize);
	}

	/**
	 * Find other metrics that Prometheus would publish under the same names.
	 * @param taken names of metrics that are published without the meter registry
	 * @return the names of declared metrics, each with the metric that it clashes with
	 */
	public Map<String, String> clashes(Collection<String> taken) {
		Objects.requireNonNull(taken, "names that are taken are null");
		Map<String, String> others = new HashMap<>();
		taken.forEach((name) -> others.put(PublishedNames.stem(name), "the collector " + name));
		for (Meter meter : this.registry.getMeters()) {
			if (!this.own.contains(meter.getId())) {
				PublishedNames.of(meter.getId())
					.forEach((name) -> others.put(name, "the meter " + meter.getId().getName()));
			}
		}
		Map<String, String> clashes = new TreeMap<>();
		this.declared.forEach((name, metric) -> metric.names(name)
			.stream()
			.filter(others::containsKey)
			.findFirst()
			.ifPresent((published) -> clashes.put(name, others.get(published))));
		return clashes;
	}

	private Function<Tags, Object> binder(String name, CustomMetric metric) {
		Type type = Objects.requireNonNull(metric.type());
		if (type == Type.GAUGE) {
			GaugeFamily gauges = new GaugeFamily(this.registry, name, metric.help());
			return (tags) -> gauge(gauges, tags);
		}
		ValueGuard guard = new ValueGuard(name, this.registry);
		return switch (type) {
			case COUNTER -> (tags) -> guard
				.guard(own(Counter.builder(name).description(metric.help()).tags(tags).register(this.registry)));
			case HISTOGRAM -> (tags) -> CustomMetric.isInSeconds(name) ? timer(name, metric, guard, tags)
					: summary(DistributionSummary.builder(name).serviceLevelObjectives(array(metric.buckets())), metric,
							guard, tags);
			default ->
				(tags) -> summary(DistributionSummary.builder(name).publishPercentiles(array(metric.quantiles())),
						metric, guard, tags);
		};
	}

	private SettableGauge gauge(GaugeFamily gauges, Tags tags) {
		SettableGauge gauge = new SettableGauge();
		own(gauges.add(tags, gauge::value));
		return gauge;
	}

	/**
	 * Uses a timer, which is exact to the nanosecond: Micrometer's summaries round values
	 * up to the next whole number before they select the bucket.
	 */
	private Distribution timer(String name, CustomMetric metric, ValueGuard guard, Tags tags) {
		Timer timer = own(Timer.builder(name)
			.description(metric.help())
			.tags(tags)
			.serviceLevelObjectives(metric.buckets()
				.stream()
				.map((seconds) -> Duration.ofNanos(nanos(seconds)))
				.toArray(Duration[]::new))
			.register(this.registry));
		return (seconds) -> {
			if (guard.admits(seconds, MOST_SECONDS - timer.totalTime(TimeUnit.SECONDS))) {
				timer.record(nanos(seconds), TimeUnit.NANOSECONDS);
			}
		};
	}

	private static long nanos(double seconds) {
		return Math.round(seconds * NANOS_PER_SECOND);
	}

	private Distribution summary(DistributionSummary.Builder builder, CustomMetric metric, ValueGuard guard,
			Tags tags) {
		DistributionSummary summary = own(builder.description(metric.help()).tags(tags).register(this.registry));
		return (value) -> {
			if (guard.admits(value, ValueGuard.LARGEST)) {
				summary.record(value);
			}
		};
	}

	private static double[] array(List<Double> values) {
		return values.stream().mapToDouble(Double::doubleValue).toArray();
	}

	private <T extends Meter> T own(T meter) {
		this.own.add(meter.getId());
		return meter;
	}

}
