package io.gmicro.scrape;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

/**
 * The writer against client_java's, of which it may differ in nothing but time.
 */
class TextWriterTests {

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "PROTOBUF")
	void randomMetricsAreWrittenAsByTheLibrary(ScrapeFormat format) throws IOException {
		for (int seed = 0; seed < 1_000; seed++) {
			assertSame(format, new RandomSnapshots(new Random(seed)).next(), "seed " + seed);
		}
	}

	@Test
	void manySamplesAreWrittenInPartsAndWithoutTheLibrary() throws IOException {
		AtomicInteger points = new AtomicInteger();
		ExpositionFormatWriter counting = new Library(PrometheusTextFormatWriter.create(), points);
		AtomicInteger longest = new AtomicInteger();
		AtomicInteger length = new AtomicInteger();
		new TextWriter(counting, false).write(new OutputStream() {

			@Override
			public void write(int b) {
				throw new AssertionError("a byte at a time");
			}

			@Override
			public void write(byte[] bytes, int offset, int count) {
				length.addAndGet(count);
				longest.accumulateAndGet(count, Math::max);
			}

		}, MetricSnapshots.of(requests(100_000)));
		assertThat(points).hasValue(1);
		assertThat(length).hasValueGreaterThan(2_000_000);
		assertThat(longest).hasValueLessThan(32 * 1024);
	}

	@Test
	void whenLibraryWritesAFamilyInAnotherWayItWritesAllOfIt() throws IOException {
		ExpositionFormatWriter created = OpenMetricsTextFormatWriter.builder()
			.setCreatedTimestampsEnabled(true)
			.build();
		MetricSnapshots snapshots = MetricSnapshots.of(requests(100));
		assertThat(written(new TextWriter(created, true)::write, snapshots)).asString(StandardCharsets.UTF_8)
			.isEqualTo(created.toDebugString(snapshots))
			.contains("requests_created{");
	}

	@Test
	void whenClientGoesAwayWritingEnds() {
		AtomicInteger writes = new AtomicInteger();
		OutputStream closed = new OutputStream() {

			@Override
			public void write(int b) throws IOException {
				writes.incrementAndGet();
				throw new IOException("closed");
			}

		};
		assertThatIOException().isThrownBy(() -> ScrapeFormat.TEXT.write(closed, MetricSnapshots.of(requests(100_000))))
			.withMessage("closed");
		assertThat(writes).hasValue(1);
	}

	private static CounterSnapshot requests(int count) {
		return new CounterSnapshot(new MetricMetadata("requests"),
				IntStream.range(0, count)
					.mapToObj((index) -> new CounterDataPointSnapshot(index, Labels.of("index", "" + index), null, 1))
					.toList());
	}

	static void assertSame(ScrapeFormat format, MetricSnapshots snapshots, String which) throws IOException {
		byte[] actual = written(format::write, snapshots);
		byte[] expected = written(library(format)::write, snapshots);
		int difference = Arrays.mismatch(actual, expected);
		if (difference >= 0) {
			assertThat(around(actual, difference)).as(which).isEqualTo(around(expected, difference));
		}
	}

	private static String around(byte[] text, int position) {
		int start = Math.max(0, position - 200);
		return new String(text, start, Math.min(text.length, position + 100) - start, StandardCharsets.UTF_8);
	}

	private static byte[] written(Written written, MetricSnapshots snapshots) throws IOException {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		written.write(out, snapshots);
		return out.toByteArray();
	}

	private static ExpositionFormatWriter library(ScrapeFormat format) {
		ExpositionFormats formats = ExpositionFormats.init();
		return (format == ScrapeFormat.TEXT) ? formats.getPrometheusTextFormatWriter()
				: formats.getOpenMetricsTextFormatWriter();
	}

	/**
	 * Counts the data points that client_java is given.
	 *
	 * @param writer what writes them
	 * @param points how many there were
	 */
	private record Library(ExpositionFormatWriter writer, AtomicInteger points) implements ExpositionFormatWriter {

		@Override
		public boolean accepts(@Nullable String accept) {
			return this.writer.accepts(accept);
		}

		@Override
		public void write(OutputStream out, MetricSnapshots snapshots, EscapingScheme scheme) throws IOException {
			snapshots.forEach((snapshot) -> this.points.addAndGet(snapshot.getDataPoints().size()));
			this.writer.write(out, snapshots, scheme);
		}

		@Override
		public String getContentType() {
			return this.writer.getContentType();
		}

	}

	/** What writes. */
	private interface Written {

		void write(OutputStream out, MetricSnapshots snapshots) throws IOException;

	}

}
