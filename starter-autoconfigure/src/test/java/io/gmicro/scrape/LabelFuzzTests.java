package io.gmicro.scrape;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever a label holds. With {@code JAZZER_FUZZ=1} new input is searched for, else the
 * kept one is tried.
 */
class LabelFuzzTests {

	@FuzzTest(maxDuration = "2m")
	void labelStaysOnItsLine(FuzzedDataProvider data) throws IOException {
		String value = data.consumeRemainingAsString();
		GaugeSnapshot gauge = GaugeSnapshot.builder()
			.name("gauge")
			.dataPoint(GaugeDataPointSnapshot.builder().labels(Labels.of("label", value)).value(1).build())
			.build();
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		ExpositionFormats.init().getPrometheusTextFormatWriter().write(out, MetricSnapshots.of(gauge));
		List<String> lines = List.of(out.toString(StandardCharsets.UTF_8).split("\n"));
		assertThat(lines).hasSize(2);
		assertThat(lines.get(1)).startsWith("gauge{label=\"").endsWith("\"} 1.0");
		String escaped = lines.get(1).substring("gauge{label=\"".length(), lines.get(1).length() - "\"} 1.0".length());
		assertThat(escaped.replace("\\\\", "").replace("\\\"", "")).doesNotContain("\"");
	}

}
