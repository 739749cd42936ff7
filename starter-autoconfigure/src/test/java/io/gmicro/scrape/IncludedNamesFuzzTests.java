package io.gmicro.scrape;

import java.util.function.Predicate;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever names a scraper asks for. With {@code JAZZER_FUZZ=1} new input is searched
 * for, else the kept one is tried.
 */
class IncludedNamesFuzzTests {

	@FuzzTest(maxDuration = "2m")
	void includedNamesAreTheOnesAskedFor(FuzzedDataProvider data) {
		String name = data.consumeString(100);
		Predicate<String> names = MetricsServlet.includedNames(name, name + "_total");
		assertThat(names.test(name)).isTrue();
		assertThat(names.test(name + "x")).isFalse();
	}

}
