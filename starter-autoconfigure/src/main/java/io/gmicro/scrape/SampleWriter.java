package io.gmicro.scrape;

import java.math.BigDecimal;
import java.util.Arrays;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.DistributionDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Exemplar;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.Quantile;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import org.jspecify.annotations.Nullable;

/**
 * Writes the samples of a metric family in a text format.
 */
final class SampleWriter {

	private final TextBuffer labels = new TextBuffer();

	private final String name;

	private final boolean exemplars;

	private double[] bounds = {};

	private String[] boundTexts = {};

	private SampleWriter(String name, boolean exemplars) {
		this.name = name;
		this.exemplars = exemplars;
	}

	/**
	 * Create a writer for a family.
	 * @param line the last line of any data point
	 * @param family the family
	 * @param exemplars whether the format has exemplars
	 */
	static SampleWriter named(String line, MetricSnapshot family, boolean exemplars) {
		String name = line.split("[{ ]", 2)[0];
		boolean distribution = family.getDataPoints().get(0) instanceof DistributionDataPointSnapshot;
		return new SampleWriter(distribution ? name.replaceFirst("_sum$", "") : name, exemplars);
	}

	/** Whether this class can write a data point. */
	static boolean isRegular(DataPointSnapshot point) {
		if (point.hasScrapeTimestamp() || !isRegular(point.getLabels())) {
			return false;
		}
		if (point instanceof CounterDataPointSnapshot counter) {
			return counter.getExemplar() == null || isRegular(counter.getExemplar().getLabels());
		}
		if (point instanceof DistributionDataPointSnapshot distribution) {
			if (!distribution.hasCount() || !distribution.hasSum()) {
				return false;
			}
			for (int i = 0; i < distribution.getExemplars().size(); i++) {
				if (!isRegular(distribution.getExemplars().get(i).getLabels())) {
					return false;
				}
			}
			return !(point instanceof HistogramDataPointSnapshot histogram) || histogram.hasClassicHistogramData();
		}
		return true;
	}

	/** Versions of client_java differ in how they write colons. */
	private static boolean isRegular(Labels labels) {
		for (int i = 0; i < labels.size(); i++) {
			if (labels.getPrometheusName(i).indexOf(':') >= 0) {
				return false;
			}
		}
		return true;
	}

	void write(DataPointSnapshot point, TextBuffer text) {
		this.labels.truncate(0);
		putLabels(point.getLabels(), this.labels);
		if (point instanceof HistogramDataPointSnapshot histogram) {
			write(histogram, text);
		}
		else if (point instanceof SummaryDataPointSnapshot summary) {
			write(summary, text);
		}
		else if (point instanceof CounterDataPointSnapshot counter) {
			begin("", text).putDouble(counter.getValue());
			end(counter.getExemplar(), text);
		}
		else if (point instanceof GaugeDataPointSnapshot gauge) {
			begin("", text).putDouble(gauge.getValue());
			end(null, text);
		}
	}

	private void write(HistogramDataPointSnapshot histogram, TextBuffer text) {
		ClassicHistogramBuckets buckets = histogram.getClassicBuckets();
		// Looking up an exemplar allocates an iterator per bucket, even if there is none
		Exemplars exemplars = (this.exemplars && histogram.getExemplars().size() > 0) ? histogram.getExemplars() : null;
		double lower = Double.NEGATIVE_INFINITY;
		long count = 0;
		for (int i = 0; i < buckets.size(); i++) {
			double upper = buckets.getUpperBound(i);
			count += buckets.getCount(i);
			begin("_bucket", "le", bound(i, upper), text).putLong(count);
			end((exemplars != null) ? exemplars.get(lower, upper) : null, text);
			lower = upper;
		}
		writeCountAndSum(histogram, text);
	}

	private void write(SummaryDataPointSnapshot summary, TextBuffer text) {
		for (int i = 0; i < summary.getQuantiles().size(); i++) {
			Quantile quantile = summary.getQuantiles().get(i);
			begin("", "quantile", bound(i, quantile.getQuantile()), text).putDouble(quantile.getValue());
			end(null, text);
		}
		writeCountAndSum(summary, text);
	}

	private void writeCountAndSum(DistributionDataPointSnapshot point, TextBuffer text) {
		begin("_count", text).putLong(point.getCount());
		end(null, text);
		begin("_sum", text).putDouble(point.getSum());
		end(null, text);
	}

	/** Caches the texts, as data points of a family mostly have the same bounds. */
	private String bound(int index, double value) {
		if (index >= this.bounds.length) {
			this.bounds = Arrays.copyOf(this.bounds, index + 1);
			this.boundTexts = Arrays.copyOf(this.boundTexts, index + 1);
		}
		String text = this.boundTexts[index];
		if (text == null || Double.compare(this.bounds[index], value) != 0) {
			text = (value == Double.POSITIVE_INFINITY) ? "+Inf" : Double.toString(value);
			this.bounds[index] = value;
			this.boundTexts[index] = text;
		}
		return text;
	}

	private TextBuffer begin(String suffix, TextBuffer text) {
		text.putAscii(this.name).putAscii(suffix);
		if (this.labels.size() > 0) {
			text.put('{').put(this.labels).put('}');
		}
		return text.put(' ');
	}

	private TextBuffer begin(String suffix, String label, String value, TextBuffer text) {
		text.putAscii(this.name).putAscii(suffix).put('{');
		if (this.labels.size() > 0) {
			text.put(this.labels).put(',');
		}
		return text.putAscii(label).putAscii("=\"").putAscii(value).putAscii("\"} ");
	}

	private void end(@Nullable Exemplar exemplar, TextBuffer text) {
		if (this.exemplars && exemplar != null) {
			text.putAscii(" # {");
			putLabels(exemplar.getLabels(), text);
			text.putAscii("} ").putDouble(exemplar.getValue());
			if (exemplar.hasTimestamp()) {
				text.put(' ').putAscii(BigDecimal.valueOf(exemplar.getTimestampMillis(), 3).toPlainString());
			}
		}
		text.put('\n');
	}

	private static void putLabels(Labels labels, TextBuffer text) {
		for (int i = 0; i < labels.size(); i++) {
			if (i > 0) {
				text.put(',');
			}
			text.putAscii(labels.getPrometheusName(i)).putAscii("=\"").putEscaped(labels.getValue(i)).put('"');
		}
	}

}
