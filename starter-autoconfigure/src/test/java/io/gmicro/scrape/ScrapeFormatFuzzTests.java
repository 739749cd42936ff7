package io.gmicro.scrape;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever a scraper accepts, it is answered. With {@code JAZZER_FUZZ=1} new input is
 * searched for, else the kept one is tried.
 */
class ScrapeFormatFuzzTests {

	@FuzzTest(maxDuration = "2m")
	void acceptIsNeverRefused(FuzzedDataProvider data) {
		assertThat(ScrapeFormat.negotiate(data.consumeRemainingAsString())).isNotNull();
	}

}
