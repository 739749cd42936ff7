package io.gmicro.scrape;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

import io.prometheus.metrics.config.ExporterProperties;
import io.prometheus.metrics.config.PrometheusProperties;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import org.jspecify.annotations.Nullable;

/**
 * Writes a text format in parts, with the same bytes as client_java. {@link SampleWriter}
 * writes metric families with many samples, except their header and first data point,
 * which client_java writes and which contain the names. If {@code SampleWriter} would
 * write that data point in another way, client_java writes the whole family, as it does
 * all other ones. Thread-safe.
 */
final class TextWriter {

	private static final int MIN_POINTS = 16;

	private static final int PART = 16 * 1024;

	private final ExpositionFormatWriter library;

	private final boolean exemplars;

	private final boolean byLibraryOnly;

	private final int endLength;

	/**
	 * Create a writer.
	 * @param library the writer of client_java for the format
	 * @param exemplars whether the format has exemplars
	 */
	TextWriter(ExpositionFormatWriter library, boolean exemplars) {
		this.library = library;
		this.exemplars = exemplars;
		ExporterProperties properties = PrometheusProperties.get().getExporterProperties();
		this.byLibraryOnly = properties.getIncludeCreatedTimestamps() || properties.getExemplarsOnAllMetricTypes();
		this.endLength = library.toDebugString(MetricSnapshots.of()).length();
	}

	void write(OutputStream out, MetricSnapshots snapshots) throws IOException {
		if (this.byLibraryOnly || !hasUniqueNames(snapshots)) {
			this.library.write(out, snapshots);
			return;
		}
		TextBuffer text = new TextBuffer();
		List<MetricSnapshot> others = new ArrayList<>();
		for (MetricSnapshot snapshot : snapshots) {
			MetricSnapshot first = first(snapshot);
			TextBuffer head = (first != null) ? head(first) : null;
			SampleWriter samples = (head != null) ? samples(head, snapshot) : null;
			if (head == null || samples == null) {
				others.add(snapshot);
				continue;
			}
			writeByLibrary(others, text, out);
			others.clear();
			text.put(head);
			List<? extends DataPointSnapshot> points = snapshot.getDataPoints();
			for (int i = 1; i < points.size(); i++) {
				samples.write(points.get(i), text);
				if (text.size() >= PART) {
					text.drain(out, 0);
				}
			}
		}
		text.drain(out, 0);
		this.library.write(out, new MetricSnapshots(others));
	}

	/** client_java merges snapshots of the same name. */
	private static boolean hasUniqueNames(MetricSnapshots snapshots) {
		for (int i = 1; i < snapshots.size(); i++) {
			String name = snapshots.get(i).getMetadata().getPrometheusName();
			if (name.equals(snapshots.get(i - 1).getMetadata().getPrometheusName())) {
				return false;
			}
		}
		return true;
	}

	/** Returns a family of many regular data points, reduced to the first one. */
	private static @Nullable MetricSnapshot first(MetricSnapshot family) {
		if (family.getDataPoints().size() < MIN_POINTS
				|| !family.getDataPoints().stream().allMatch(SampleWriter::isRegular)) {
			return null;
		}
		if (family instanceof CounterSnapshot counter) {
			return new CounterSnapshot(counter.getMetadata(), counter.getDataPoints().subList(0, 1));
		}
		if (family instanceof GaugeSnapshot gauge) {
			return new GaugeSnapshot(gauge.getMetadata(), gauge.getDataPoints().subList(0, 1));
		}
		if (family instanceof SummarySnapshot summary) {
			return new SummarySnapshot(summary.getMetadata(), summary.getDataPoints().subList(0, 1));
		}
		if (family instanceof HistogramSnapshot histogram && !histogram.isGaugeHistogram()) {
			return new HistogramSnapshot(histogram.getMetadata(), histogram.getDataPoints().subList(0, 1));
		}
		return null;
	}

	private TextBuffer head(MetricSnapshot first) throws IOException {
		TextBuffer head = new TextBuffer();
		this.library.write(head, MetricSnapshots.of(first));
		head.truncate(head.size() - this.endLength);
		return head;
	}

	private @Nullable SampleWriter samples(TextBuffer head, MetricSnapshot family) {
		SampleWriter samples = SampleWriter.named(head.lastLine(), family, this.exemplars);
		TextBuffer sample = new TextBuffer();
		samples.write(family.getDataPoints().get(0), sample);
		return head.endsWith(sample) ? samples : null;
	}

	private void writeByLibrary(List<MetricSnapshot> families, TextBuffer text, OutputStream out) throws IOException {
		if (families.isEmpty()) {
			return;
		}
		this.library.write(new OutputStream() {

			@Override
			public void write(int b) {
				text.write(b);
			}

			@Override
			public void write(byte[] bytes, int offset, int length) throws IOException {
				text.write(bytes, offset, length);
				text.drain(out, TextWriter.this.endLength);
			}

		}, new MetricSnapshots(families));
		text.truncate(text.size() - this.endLength);
	}

}
