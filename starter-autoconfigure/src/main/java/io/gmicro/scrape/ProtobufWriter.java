package io.gmicro.scrape;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;

/**
 * Writes protobuf with client_java and adds the start times of histograms and summaries,
 * of which client_java writes only those of counters. Thread-safe.
 *
 * @see <a href=
 * "https://github.com/prometheus/client_model/blob/master/io/prometheus/client/metrics.proto">Prometheus,
 * metrics.proto</a>
 */
final class ProtobufWriter {

	private static final int LENGTH_DELIMITED = 2;

	/** The fields of the messages that lead to a start time. */
	private static final int METRIC = 4;

	private static final int SUMMARY = 4;

	private static final int HISTOGRAM = 7;

	private static final int SUMMARY_CREATED = 4;

	private static final int HISTOGRAM_CREATED = 15;

	private final ExpositionFormatWriter library;

	ProtobufWriter(ExpositionFormatWriter library) {
		this.library = library;
	}

	void write(OutputStream out, MetricSnapshots snapshots) throws IOException {
		Map<String, List<MetricSnapshot>> byName = new LinkedHashMap<>();
		for (MetricSnapshot snapshot : snapshots) {
			byName.computeIfAbsent(snapshot.getMetadata().getPrometheusName(), (name) -> new ArrayList<>(1))
				.add(snapshot);
		}
		for (List<MetricSnapshot> sameName : byName.values()) {
			write(out, sameName);
		}
	}

	/** client_java makes one family of snapshots with the same name. */
	private void write(OutputStream out, List<MetricSnapshot> sameName) throws IOException {
		MetricSnapshot first = sameName.get(0);
		if (sameName.size() == 1 && (first instanceof HistogramSnapshot || first instanceof SummarySnapshot)) {
			ByteArrayOutputStream family = new ByteArrayOutputStream();
			this.library.write(family, new MetricSnapshots(first));
			if (family.size() > 0) {
				writeWithStartTimes(out, family.toByteArray(), first.getDataPoints());
			}
		}
		else {
			this.library.write(out, new MetricSnapshots(sameName));
		}
	}

	/** A message has its length in front. */
	private static void writeWithStartTimes(OutputStream out, byte[] delimited,
			List<? extends DataPointSnapshot> points) throws IOException {
		Fields fields = new Fields(delimited);
		fields.varint();
		Iterator<? extends DataPointSnapshot> point = points.iterator();
		Message family = new Message();
		while (fields.next()) {
			if (fields.isMessage(METRIC) && point.hasNext()) {
				family.field(METRIC, metric(fields.content(), point.next()));
			}
			else {
				fields.copyTo(family);
			}
		}
		Message length = new Message();
		length.varint(family.out.size());
		length.out.writeTo(out);
		family.out.writeTo(out);
	}

	private static byte[] metric(byte[] bytes, DataPointSnapshot point) {
		if (!point.hasCreatedTimestamp()) {
			return bytes;
		}
		Fields fields = new Fields(bytes);
		Message metric = new Message();
		while (fields.next()) {
			if (fields.isMessage(HISTOGRAM)) {
				metric.field(HISTOGRAM, withStartTime(fields.content(), HISTOGRAM_CREATED, point));
			}
			else if (fields.isMessage(SUMMARY)) {
				metric.field(SUMMARY, withStartTime(fields.content(), SUMMARY_CREATED, point));
			}
			else {
				fields.copyTo(metric);
			}
		}
		return metric.out.toByteArray();
	}

	/** A later client_java may write it as well. */
	private static byte[] withStartTime(byte[] value, int field, DataPointSnapshot point) {
		Fields fields = new Fields(value);
		while (fields.next()) {
			if (fields.isMessage(field)) {
				return value;
			}
		}
		long millis = point.getCreatedTimestampMillis();
		Message timestamp = new Message();
		timestamp.number(1, Math.floorDiv(millis, 1000L));
		timestamp.number(2, Math.floorMod(millis, 1000L) * 1_000_000L);
		Message result = new Message();
		result.out.writeBytes(value);
		result.field(field, timestamp.out.toByteArray());
		return result.out.toByteArray();
	}

	/**
	 * The fields of a message, one by one.
	 */
	private static final class Fields {

		private final byte[] message;

		private int position;

		private int start;

		private int contentStart;

		private int tag;

		Fields(byte[] message) {
			this.message = message;
		}

		boolean next() {
			if (this.position >= this.message.length) {
				return false;
			}
			this.start = this.position;
			this.tag = (int) varint();
			int size = switch (this.tag & 7) {
				case 0 -> -1;
				case 1 -> Long.BYTES;
				case LENGTH_DELIMITED -> (int) varint();
				case 5 -> Integer.BYTES;
				default -> throw new IllegalStateException("Unknown wire type in tag " + this.tag);
			};
			this.contentStart = this.position;
			if (size < 0) {
				varint();
			}
			else {
				this.position += size;
			}
			return true;
		}

		boolean isMessage(int field) {
			return this.tag == (field << 3 | LENGTH_DELIMITED);
		}

		byte[] content() {
			return Arrays.copyOfRange(this.message, this.contentStart, this.position);
		}

		void copyTo(Message copy) {
			copy.out.write(this.message, this.start, this.position - this.start);
		}

		private long varint() {
			long value = 0;
			for (int shift = 0;; shift += 7) {
				byte read = this.message[this.position++];
				value |= (long) (read & 0x7F) << shift;
				if (read >= 0) {
					return value;
				}
			}
		}

	}

	/**
	 * A message that is written.
	 */
	private static final class Message {

		private final ByteArrayOutputStream out = new ByteArrayOutputStream();

		void number(int field, long value) {
			varint(field << 3);
			varint(value);
		}

		void field(int field, byte[] content) {
			varint(field << 3 | LENGTH_DELIMITED);
			varint(content.length);
			this.out.writeBytes(content);
		}

		void varint(long value) {
			long rest = value;
			while ((rest & ~0x7FL) != 0) {
				this.out.write((int) (rest & 0x7F | 0x80));
				rest >>>= 7;
			}
			this.out.write((int) rest);
		}

	}

}
