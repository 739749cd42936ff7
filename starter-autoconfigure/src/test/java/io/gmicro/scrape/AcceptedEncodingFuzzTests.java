package io.gmicro.scrape;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever codings a scraper accepts. With {@code JAZZER_FUZZ=1} new input is searched
 * for, else the kept one is tried.
 */
class AcceptedEncodingFuzzTests {

	@FuzzTest(maxDuration = "2m")
	void acceptedEncodingIsReadAsFarAsItGoes(FuzzedDataProvider data) {
		String header = data.consumeRemainingAsString();
		assertThat(MetricsServlet.acceptsGzip(header)).isIn(true, false);
		assertThat(MetricsServlet.acceptsGzip("gzip;q=0," + header)).isFalse();
		assertThat(MetricsServlet.acceptsGzip("gzip," + header)).isTrue();
	}

}
