package io.gmicro.scrape;

import java.io.IOException;
import java.util.stream.IntStream;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;

/**
 * Whatever a label of many samples holds. With {@code JAZZER_FUZZ=1} new input is
 * searched for, else the kept one is tried.
 */
class ManySamplesFuzzTests {

	@FuzzTest(maxDuration = "2m")
	void labelOfManySamplesIsWrittenAsByTheLibrary(FuzzedDataProvider data) throws IOException {
		String value = data.consumeRemainingAsString();
		GaugeSnapshot gauge = new GaugeSnapshot(new MetricMetadata("gauge"), IntStream.range(0, 20)
			.mapToObj(
					(index) -> new GaugeDataPointSnapshot(index, Labels.of("index", "" + index, "label", value), null))
			.toList());
		TextWriterTests.assertSame(ScrapeFormat.TEXT, MetricSnapshots.of(gauge), "gauge");
		TextWriterTests.assertSame(ScrapeFormat.OPENMETRICS, MetricSnapshots.of(gauge), "gauge");
	}

}
