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
 * A Prometheus registry that tells what collectors it has, which a plain one does not, so
 * that the {@link MetricsServlet metrics route} can guard a scrape against each of them.
 * An application that declares a {@link PrometheusRegistry} of its own makes it one of
 * these; with any other, a collector that throws or blocks costs the whole scrape.
 * Thread-safe.
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
	 * The names that its collectors tell, which those of Micrometer do not.
	 * @return names of metrics, that of a counter with or without its ending
	 */
	public Set<String> names() {
		Set<String> names = new TreeSet<>();
		for (Object collector : this.collectors) {
			if (collector instanceof Collector single && single.getPrometheusName() != null) {
				names.add(single.getPrometheusName());
			}
			if (collector instanceof MultiCollector multi) {
				names.addAll(multi.getPrometheusNames());
			}
		}
		return names;
	}

	/** Whatever a scrape of this registry has to collect from. */
	static List<Object> collectors(PrometheusRegistry registry) {
		return (registry instanceof InspectableRegistry open) ? new ArrayList<>(open.collectors) : List.of(registry);
	}

}
