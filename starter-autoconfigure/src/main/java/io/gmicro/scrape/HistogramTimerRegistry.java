package io.gmicro.scrape;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.pause.PauseDetector;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.tracer.common.SpanContext;
import org.jspecify.annotations.Nullable;

/**
 * Micrometer's registry for Prometheus, in which timers of some names are cheaper to
 * record to and to collect. Everything that an application may ask of Micrometer holds
 * for them as well: common tags, filters, bounds and percentiles from filters, removal;
 * what is scraped is the same to the byte, but for tags whose values have no form in
 * UTF-8: meters that differ in these only are one. Where traces give exemplars, or a
 * filter takes the buckets away, they are Micrometer's own. Thread-safe.
 */
public final class HistogramTimerRegistry extends PrometheusMeterRegistry {

	private final Map<String, HistogramTimers> timers = new ConcurrentHashMap<>();

	private final PrometheusConfig config;

	private final boolean exemplars;

	private final Set<String> names;

	/**
	 * Create a registry.
	 * @param config the configuration
	 * @param registry where collectors are registered
	 * @param clock the clock
	 * @param spanContext the trace of the calling thread, or {@code null}
	 * @param names of the timers that are cheaper, as they are after filters
	 */
	public HistogramTimerRegistry(PrometheusConfig config, PrometheusRegistry registry, Clock clock,
			@Nullable SpanContext spanContext, Set<String> names) {
		super(config, registry, clock, spanContext);
		this.config = config;
		this.exemplars = spanContext != null;
		this.names = Set.copyOf(names);
		config().onMeterRemoved(this::removed);
		config().meterFilter(new WellFormedTags());
	}

	@Override
	protected Timer newTimer(Meter.Id id, DistributionStatisticConfig distribution, PauseDetector pauseDetector) {
		if (this.exemplars || !this.names.contains(id.getName()) || !distribution.isPublishingHistogram()) {
			return super.newTimer(id, distribution, pauseDetector);
		}
		HistogramTimer timer = new HistogramTimer(id, this.clock, distribution, pauseDetector);
		this.timers.compute(getConventionName(id), (name, existing) -> publish(timer, name, existing));
		return timer;
	}

	private @Nullable HistogramTimers publish(HistogramTimer timer, String name, @Nullable HistogramTimers existing) {
		HistogramTimers family = (existing != null) ? existing : new HistogramTimers(name, help(timer.getId()));
		family.add(timer, labels(timer.getId()), this.clock.wallTime());
		if (existing == null) {
			try {
				getPrometheusRegistry().register(family);
			}
			catch (IllegalArgumentException | IllegalStateException ex) {
				// The latter from client_java before 1.7
				meterRegistrationFailed(timer.getId(), ex.getMessage());
				return null;
			}
		}
		return family;
	}

	private String help(Meter.Id id) {
		String description = id.getDescription();
		return (this.config.descriptions() && description != null) ? description : " ";
	}

	private Labels labels(Meter.Id id) {
		List<Tag> tags = getConventionTags(id);
		return Labels.of(tags.stream().map(Tag::getKey).toList(), tags.stream().map(Tag::getValue).toList());
	}

	private void removed(Meter meter) {
		if (meter instanceof HistogramTimer) {
			this.timers.computeIfPresent(getConventionName(meter.getId()), (name, family) -> {
				family.remove(meter.getId());
				if (!family.isEmpty()) {
					return family;
				}
				getPrometheusRegistry().unregister(family);
				return null;
			});
		}
	}

}
