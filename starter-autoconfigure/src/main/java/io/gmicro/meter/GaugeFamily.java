package io.gmicro.meter;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.noop.NoopMeter;

/**
 * Gauges of one name whose values are added up if a {@code MeterFilter} maps several of
 * them to one series. Micrometer alone would publish the first and drop the others. The
 * registries of a composite may have different filters. Thread-safe.
 */
public final class GaugeFamily {

	private final Map<Gauge, List<Supplier<Number>>> values = new IdentityHashMap<>();

	private final MeterRegistry registry;

	private final String name;

	private final String description;

	/**
	 * Create a family without gauges.
	 * @param registry the registry of the gauges
	 * @param name the name of the gauges
	 * @param description the description of the gauges
	 */
	public GaugeFamily(MeterRegistry registry, String name, String description) {
		this.registry = registry;
		this.name = name;
		this.description = description;
	}

	/**
	 * Register a gauge.
	 * @param tags the tags of the gauge
	 * @param value the supplier of its value, which is strongly referenced
	 * @return the registered gauge
	 */
	public synchronized Gauge add(Tags tags, Supplier<Number> value) {
		return add(this.registry, this.name, tags, value);
	}

	/** Registering with a composite has already registered with its registries. */
	private Gauge add(MeterRegistry registry, String name, Iterable<Tag> tags, Supplier<Number> value) {
		Gauge gauge = register(registry, name, tags, value);
		if (gauge instanceof NoopMeter) {
			return gauge;
		}
		if (registry instanceof CompositeMeterRegistry composite) {
			composite.getRegistries()
				.forEach((part) -> add(part, gauge.getId().getName(), gauge.getId().getTags(), value));
			return gauge;
		}
		List<Supplier<Number>> added = this.values.remove(gauge);
		if (added == null) {
			this.values.put(gauge, new CopyOnWriteArrayList<>(List.of(value)));
			return gauge;
		}
		added.add(value);
		registry.remove(gauge);
		Gauge sum = register(registry, name, tags, () -> sum(added));
		this.values.put(sum, added);
		return sum;
	}

	private Gauge register(MeterRegistry registry, String name, Iterable<Tag> tags, Supplier<Number> value) {
		return Gauge.builder(name, value).description(this.description).tags(tags).register(registry);
	}

	private static double sum(List<Supplier<Number>> values) {
		double sum = 0;
		for (Supplier<Number> value : values) {
			sum += value.get().doubleValue();
		}
		return sum;
	}

}
