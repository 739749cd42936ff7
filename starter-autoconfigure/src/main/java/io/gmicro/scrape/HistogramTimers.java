package io.gmicro.scrape;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.Meter;
import io.prometheus.metrics.model.registry.MetricType;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;

/**
 * The timers of one name, collected as Micrometer collects its own: a histogram, and the
 * largest value of a window beside it. Thread-safe.
 */
final class HistogramTimers implements MultiCollector {

	private final Map<Meter.Id, Member> members = new ConcurrentHashMap<>();

	private final MetricMetadata histogram;

	private final MetricMetadata max;

	HistogramTimers(String name, String help) {
		this.histogram = new MetricMetadata(name, help);
		this.max = new MetricMetadata(name + "_max", help);
	}

	void add(HistogramTimer timer, Labels labels, long createdMillis) {
		this.members.put(timer.getId(), new Member(timer, labels, createdMillis));
	}

	void remove(Meter.Id id) {
		this.members.remove(id);
	}

	boolean isEmpty() {
		return this.members.isEmpty();
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

	/** Lets releases of client_java that know of types refuse a name that is taken. */
	@Override
	public MetricType getMetricType(String prometheusName) {
		return prometheusName.equals(this.max.getPrometheusName()) ? MetricType.GAUGE : MetricType.HISTOGRAM;
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
