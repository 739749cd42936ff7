package io.gmicro.scrape;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import io.gmicro.meter.WellFormed;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.pause.PauseDetector;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.MetricType;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.tracer.common.SpanContext;
import org.jspecify.annotations.Nullable;

/**
 * Micrometer's registry for Prometheus, except that timers of some names are cheaper to
 * record to and to collect. They support everything that Micrometer's timers do: common
 * tags, filters, buckets and percentiles set by filters, and removal. The scraped text is
 * the same to the byte. Timers are Micrometer's own if traces provide exemplars or a
 * filter removes the buckets. Unpaired surrogates in tag values, which UTF-8 cannot
 * encode, are replaced, so that a scrape never has the same series twice. Thread-safe.
 */
public final class HistogramTimerRegistry extends PrometheusMeterRegistry {

	private final Map<String, Family> families = new ConcurrentHashMap<>();

	private final PrometheusConfig config;

	private final boolean exemplars;

	private final Set<String> names;

	/**
	 * Create a registry.
	 * @param config the configuration
	 * @param registry the registry that collectors are registered with
	 * @param clock the clock
	 * @param spanContext the trace of the calling thread, or {@code null}
	 * @param names the names of the cheaper timers, after filters have been applied
	 */
	public HistogramTimerRegistry(PrometheusConfig config, PrometheusRegistry registry, Clock clock,
			@Nullable SpanContext spanContext, Set<String> names) {
		super(config, registry, clock, spanContext);
		this.config = config;
		this.exemplars = spanContext != null;
		this.names = Set.copyOf(names);
		config().onMeterRemoved(this::removed);
		config().meterFilter(new MeterFilter() {

			@Override
			public Meter.Id map(Meter.Id id) {
				return wellFormed(id);
			}

		});
	}

	private static Meter.Id wellFormed(Meter.Id id) {
		for (Tag tag : id.getTagsAsIterable()) {
			if (!WellFormed.of(tag.getValue()).equals(tag.getValue())) {
				return id.replaceTags(id.getTags()
					.stream()
					.map((replaced) -> Tag.of(replaced.getKey(), WellFormed.of(replaced.getValue())))
					.toList());
			}
		}
		return id;
	}

	@Override
	protected Timer newTimer(Meter.Id id, DistributionStatisticConfig distribution, PauseDetector pauseDetector) {
		if (this.exemplars || !this.names.contains(id.getName()) || !distribution.isPublishingHistogram()) {
			return super.newTimer(id, distribution, pauseDetector);
		}
		HistogramTimer timer = new HistogramTimer(id, this.clock, distribution, pauseDetector);
		this.families.compute(getConventionName(id), (name, existing) -> publish(timer, name, existing));
		return timer;
	}

	private @Nullable Family publish(HistogramTimer timer, String name, @Nullable Family existing) {
		Family family = (existing != null) ? existing : new Family(name, help(timer.getId()));
		family.members.put(timer.getId(), new Member(timer, labels(timer.getId()), this.clock.wallTime()));
		if (existing == null) {
			try {
				getPrometheusRegistry().register(family);
			}
			catch (IllegalArgumentException | IllegalStateException ex) {
				// Before version 1.7, client_java throws the latter
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
			this.families.computeIfPresent(getConventionName(meter.getId()), (name, family) -> {
				family.members.remove(meter.getId());
				if (!family.members.isEmpty()) {
					return family;
				}
				getPrometheusRegistry().unregister(family);
				return null;
			});
		}
	}

	/**
	 * All timers of one name, collected as Micrometer's timers are: a histogram and the
	 * maximum of a time window.
	 */
	private static final class Family implements MultiCollector {

		private final Map<Meter.Id, Member> members = new ConcurrentHashMap<>();

		private final MetricMetadata histogram;

		private final MetricMetadata max;

		Family(String name, String help) {
			this.histogram = new MetricMetadata(name, help);
			this.max = new MetricMetadata(name + "_max", help);
		}

		@Override
		public MetricSnapshots collect() {
			List<HistogramDataPointSnapshot> durations = new ArrayList<>(this.members.size());
			List<GaugeDataPointSnapshot> largest = new ArrayList<>(this.members.size());
			for (Member member : this.members.values()) {
				durations.add(member.duration());
				largest.add(member.largest());
			}
			return MetricSnapshots.of(new HistogramSnapshot(this.histogram, durations),
					new GaugeSnapshot(this.max, largest));
		}

		@Override
		public List<String> getPrometheusNames() {
			return List.of(this.histogram.getPrometheusName(), this.max.getPrometheusName());
		}

		/**
		 * With it, newer versions of client_java refuse a name that is already in use.
		 */
		@Override
		public MetricType getMetricType(String prometheusName) {
			return prometheusName.equals(this.max.getPrometheusName()) ? MetricType.GAUGE : MetricType.HISTOGRAM;
		}

	}

	private record Member(HistogramTimer timer, Labels labels, long createdMillis) {

		HistogramDataPointSnapshot duration() {
			return new HistogramDataPointSnapshot(this.timer.buckets(), this.timer.totalTime(TimeUnit.SECONDS),
					this.labels, Exemplars.EMPTY, this.createdMillis);
		}

		GaugeDataPointSnapshot largest() {
			return new GaugeDataPointSnapshot(this.timer.max(TimeUnit.SECONDS), this.labels, null);
		}

	}

}
