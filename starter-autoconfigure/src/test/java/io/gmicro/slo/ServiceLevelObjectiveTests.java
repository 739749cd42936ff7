package io.gmicro.slo;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Numbers as PromQL needs them.
 */
class ServiceLevelObjectiveTests {

	@ParameterizedTest
	@CsvSource({ "99.9, 0.999, 0.001", "99.90, 0.999, 0.001", "99, 0.99, 0.01", "90, 0.9, 0.1", "99.95, 0.9995, 0.0005",
			"99.999, 0.99999, 0.00001" })
	void percentIsARatioWithoutRounding(BigDecimal objective, String ratio, String budget) {
		ServiceLevelObjective slo = new ServiceLevelObjective("/", null, objective, Duration.ofSeconds(1), null);
		assertThat(slo.ratio().toPlainString()).isEqualTo(ratio);
		assertThat(slo.budget().toPlainString()).isEqualTo(budget);
	}

	@ParameterizedTest
	@CsvSource({ "1, 0.001", "25, 0.025", "250, 0.25", "300, 0.3", "1000, 1.0", "1200, 1.2", "86400000, 86400.0" })
	void latencyIsWrittenAsABoundIs(long millis, String seconds) {
		assertThat(new ServiceLevelObjective("/", null, BigDecimal.TEN, Duration.ofMillis(millis), null).seconds())
			.isEqualTo(seconds);
	}

	@Test
	void boundsAreThoseOfTheHistogramAndTheLatencies() {
		List<Duration> buckets = List.of(Duration.ofMillis(100), Duration.ofMillis(1000), Duration.ofMillis(5000));
		assertThat(ServiceLevelObjective.bounds(buckets, List.of(slo(300), slo(1000), slo(20), slo(9000), slo(300))))
			.extracting(Duration::toMillis)
			.containsExactly(20L, 100L, 300L, 1000L, 5000L, 9000L);
		assertThat(ServiceLevelObjective.bounds(buckets, List.of())).isEqualTo(buckets);
	}

	@ParameterizedTest
	@CsvSource({ "99.9, 4", "95, 4", "93.1, 4", "93, 3", "90, 3" })
	void ratesThatAreMoreThanEverythingAreLeftOut(BigDecimal objective, int rates) {
		ServiceLevelObjective slo = new ServiceLevelObjective("/", null, objective, Duration.ofSeconds(1), null);
		assertThat(BurnRate.reachable(slo.budget())).hasSize(rates)
			.extracting(BurnRate::severity)
			.contains(BurnRate.PAGE, BurnRate.TICKET);
	}

	@Test
	void everyWindowIsRecorded() {
		assertThat(BurnRate.ALL).allSatisfy(
				(rate) -> assertThat(BurnRate.WINDOWS).contains(rate.longWindow()).contains(rate.shortWindow()));
	}

	@Test
	void textIsQuoted() {
		assertThat(Indicator.quote("/a\"b/{x:\\d+}\n")).isEqualTo("\"/a\\\"b/{x:\\\\d+}\\n\"");
	}

	private static ServiceLevelObjective slo(long millis) {
		return new ServiceLevelObjective("/", null, BigDecimal.TEN, Duration.ofMillis(millis), null);
	}

}
