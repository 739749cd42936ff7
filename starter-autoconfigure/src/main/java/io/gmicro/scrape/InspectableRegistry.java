package io.gmicro.scrape;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/**
 * A Prometheus registry that exposes its collectors, which a plain one does not, so that
 * the {@link MetricsServlet} can leave out a collector that throws or blocks. If your
 * application declares its own {@link PrometheusRegistry}, declare an instance of this
 * class; with any other registry, one such collector fails the whole scrape. Thread-safe.
 */
public final class InspectableRegistry extends PrometheusRegistry {

	private final Set<Object> collectors = ConcurrentHashMap.newKeySet();

	@Override
	public void register(Collector collector) {
		super.register(collector);
		this.collectors.add(collector);
	}

	@Override
	public void register(MultiCollector collector) {
		super.register(collector);
		this.collectors.add(collector);
	}

	@Override
	public void unregister(Collector collector) {
		this.collectors.remove(collector);
		super.unregister(collector);
	}

	@Override
	public void unregister(MultiCollector collector) {
		this.collectors.remove(collector);
		super.unregister(collector);
	}

	@Override
	public void clear() {
		this.collectors.clear();
		super.clear();
	}

	/**
	 * Return the names that the collectors declare. Those of Micrometer declare none.
	 * @return the names of metrics; that of a counter with or without its suffix
	 */
	public Set<String> names() {
		Set<String> names = new TreeSet<>();
		this.collectors.forEach((collector) -> names.addAll(names(collector)));
		return names;
	}

	static List<String> names(Object source) {
		if (source instanceof MultiCollector multiCollector) {
			return multiCollector.getPrometheusNames();
		}
		String name = (source instanceof Collector collector) ? collector.getPrometheusName() : null;
		return (name != null) ? List.of(name) : List.of();
	}

	/** Returns the collectors of a registry, or the registry itself if it hides them. */
	static List<Object> collectors(PrometheusRegistry registry) {
		return (registry instanceof InspectableRegistry open) ? new ArrayList<>(open.collectors) : List.of(registry);
	}

}
