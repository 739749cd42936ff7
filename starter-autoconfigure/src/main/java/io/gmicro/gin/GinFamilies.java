package io.gmicro.gin;

import java.util.Collection;
import java.util.Map;
import java.util.function.LongSupplier;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.UnknownSnapshot;

/**
 * Creates the metric families of gin-metrics, which the Go framework gmicro uses, with a
 * common prefix, suffix and labels. They are not Micrometer meters, because Micrometer
 * adds the unit to names. Thread-safe.
 */
public final class GinFamilies {

	private final PrometheusRegistry registry;

	private final String prefix;

	private final String suffix;

	private final Labels labels;

	/**
	 * Create a factory.
	 * @param registry the registry of the families
	 * @param prefix the prefix of all names, may be empty
	 * @param suffix the suffix of all names, may be empty. Counters with a suffix have an
	 * unknown type in formats in which the name of a counter must end in {@code _total}
	 * @param labels labels of every sample, by name
	 */
	public GinFamilies(PrometheusRegistry registry, String prefix, String suffix, Map<String, String> labels) {
		this.registry = registry;
		this.prefix = prefix;
		this.suffix = suffix;
		this.labels = Labels.of(labels.keySet().toArray(String[]::new), labels.values().toArray(String[]::new));
	}

	/**
	 * Registers {@code gin_request_uv_total}.
	 * @param count returns the number of distinct clients since the start
	 */
	public void uniqueClients(LongSupplier count) {
		counter("gin_request_uv_total", "all the server received ip num.", count);
	}

	Counter counter(String name, String help, String... labelNames) {
		Counter counter = Counter.builder()
			.name(name(name))
			.help(help)
			.labelNames(labelNames)
			.constLabels(this.labels)
			.withoutExemplars()
			.build();
		register(counter, name(name));
		return counter;
	}

	void counter(String name, String help, LongSupplier value) {
		register(CounterWithCallback.builder()
			.name(name(name))
			.help(help)
			.constLabels(this.labels)
			.callback((callback) -> callback.call((double) value.getAsLong()))
			.build(), name(name));
	}

	Histogram histogram(String name, String help, Collection<Double> bounds, String... labelNames) {
		return Histogram.builder()
			.name(name(name))
			.help(help)
			.labelNames(labelNames)
			.constLabels(this.labels)
			.withoutExemplars()
			.classicOnly()
			.classicUpperBounds(bounds.stream().mapToDouble(Double::doubleValue).toArray())
			.register(this.registry);
	}

	private String name(String name) {
		return this.prefix + name + this.suffix;
	}

	private void register(Collector counter, String name) {
		this.registry.register(this.suffix.isEmpty() ? counter : new SuffixedCounter(counter, name));
	}

	/**
	 * A counter without the suffix {@code _total}, which client_java would add.
	 */
	private record SuffixedCounter(Collector counter, String name) implements Collector {

		@Override
		public MetricSnapshot collect() {
			CounterSnapshot snapshot = (CounterSnapshot) this.counter.collect();
			UnknownSnapshot.Builder renamed = UnknownSnapshot.builder()
				.name(this.name)
				.help(snapshot.getMetadata().getHelp());
			snapshot.getDataPoints()
				.forEach((point) -> renamed.dataPoint(UnknownSnapshot.UnknownDataPointSnapshot.builder()
					.labels(point.getLabels())
					.value(point.getValue())
					.build()));
			return renamed.build();
		}

	}

}
