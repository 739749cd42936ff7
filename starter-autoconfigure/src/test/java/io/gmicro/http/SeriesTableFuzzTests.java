package io.gmicro.http;

import java.util.HashSet;
import java.util.Set;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever methods, templates and statuses there are. With {@code JAZZER_FUZZ=1} new
 * input is searched for, else the kept one is tried.
 */
class SeriesTableFuzzTests {

	private static final int LIMIT = 5;

	@FuzzTest(maxDuration = "2m")
	void labelsAreBounded(FuzzedDataProvider data) {
		SeriesTable table = new SeriesTable(new LabelRules(LIMIT), new SimpleMeterRegistry());
		Set<String> names = new HashSet<>();
		for (int i = 0; i < 50 && data.remainingBytes() > 0; i++) {
			String pattern = data.consumeBoolean() ? data.consumeString(20) : null;
			Series series = table.find(Requests.LABELS.find(data.consumeString(8), data.consumeString(6), ""), pattern,
					data.consumeInt(), ErrorTypes.NONE);
			assertThat(series.method()).matches("[A-Z]{3,7}|_OTHER");
			names.add(series.route());
		}
		assertThat(names).hasSizeLessThanOrEqualTo(LIMIT + 4);
	}

}
