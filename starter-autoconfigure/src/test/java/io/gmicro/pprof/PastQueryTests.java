package io.gmicro.pprof;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.gmicro.jfr.ProfilingException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Which time span of the past the parameters select.
 */
class PastQueryTests {

	private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

	private static final Duration KEPT = Duration.ofMinutes(15);

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			value = { "ago=5m | 300 | 300", "ago=90 | 90 | 90", "ago=10m&seconds=60 | 600 | 60", "ago=1m30s | 90 | 90",
					"ago=0.25h | 900 | 900", "from=2026-01-31T11:50:00Z | 600 | 600",
					"from=2026-01-31T11:50:00Z&seconds=60 | 600 | 60",
					"from=2026-01-31T11:50:00Z&to=2026-01-31T11:52:00Z | 600 | 120",
					"to=2026-01-31T11:52:00Z&seconds=60 | 540 | 60", "from=2026-01-31T12:50:00+01:00 | 600 | 600",
					"from=2026-01-31T12:50:00 01:00 | 600 | 600", "from=1769860200&to=1769860260 | 600 | 60",
					"from=1769860200.5&to=1769860260.5 | 599 | 60" })
	void timeSpanIsSelected(String query, long ago, long seconds) throws ProfilingException {
		Past past = read(query);
		assertThat(past).isNotNull();
		assertThat(past.ago().toSeconds()).isEqualTo(ago);
		assertThat(past.length()).isEqualTo(Duration.ofSeconds(seconds));
		assertThat(past.base()).isNull();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			value = { "ago=5m&seconds=60&base=10m | 600", "ago=5m&seconds=60&base=600 | 600",
					"ago=5m&seconds=60&base=2026-01-31T11:50:00Z | 600", "ago=5m&seconds=60&base=1769860200 | 600",
					"from=2026-01-31T11:55:00Z&seconds=60&base=10m | 600", "ago=10m&seconds=60&base=1m | 60" })
	void baseIsSelected(String query, long base) throws ProfilingException {
		Past past = read(query);
		assertThat(past).isNotNull();
		assertThat(past.base()).isEqualTo(Duration.ofSeconds(base));
	}

	@Test
	void withoutATimeSpanThereIsNone() throws ProfilingException {
		assertThat(read("seconds=30&debug=1")).isNull();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = { "ago=5m&from=2026-01-31T11:50:00Z | use either ago, or from and to",
			"ago=5m&to=2026-01-31T11:50:00Z | use either ago, or from and to",
			"from=2026-01-31T11:50:00Z&to=2026-01-31T11:52:00Z&seconds=5 | use two of from, to and seconds",
			"to=2026-01-31T11:52:00Z | to needs from or seconds", "base=10m | base needs ago or from",
			"ago=16m | ago exceeds the 900 seconds that are kept",
			"from=2026-01-31T11:44:00Z | from exceeds the 900 seconds that are kept",
			"ago=5m&seconds=301 | the time span ends in the future: seconds must be at most ago",
			"from=2026-01-31T12:01:00Z&to=2026-01-31T12:02:00Z | the time span ends in the future: it is 2026-01-31T12:00:00Z now",
			"from=2026-01-31T11:59:00Z&to=2026-01-31T12:02:00Z | the time span ends in the future: it is 2026-01-31T12:00:00Z now",
			"from=2026-01-31T11:52:00Z&to=2026-01-31T11:52:00Z | from must be before to",
			"from=2026-01-31T12:01:00Z | from must be before to",
			"ago=5m&seconds=0 | invalid value for \"seconds\" - must be a positive integer",
			"ago=5m&seconds=x | invalid value for \"seconds\" - must be a positive integer",
			"ago=5m&base=1m | base ends in the future",
			"ago=5m&base=16m | base exceeds the 900 seconds that are kept" })
	void whatIsNoTimeSpanIsRefused(String query, String message) {
		assertThatExceptionOfType(ProfilingException.class).isThrownBy(() -> read(query))
			.withMessage(message)
			.satisfies((ex) -> assertThat(ex.status()).isEqualTo(400));
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "0", "-5m", "1.5", "5x", "m", "1e3", "NaN", "999999999999999999999999999999999999999999s" })
	void agoIsAPositiveDuration(String ago) {
		assertThatExceptionOfType(ProfilingException.class).isThrownBy(() -> read("ago=" + ago))
			.withMessage(
					"invalid value for \"ago\" - must be a positive duration such as 90s, 5m or 1h, or a number of "
							+ "seconds");
	}

	@ParameterizedTest
	@ValueSource(strings = { "yesterday", "2026-01-31", "2026-01-31T11:50:00", "2026-13-31T11:50:00Z", "-1", "1e9",
			"999999999999999999999" })
	void fromIsATime(String from) {
		assertThatExceptionOfType(ProfilingException.class).isThrownBy(() -> read("from=" + from))
			.withMessage("invalid value for \"from\" - must be a time such as 2026-01-31T23:59:00Z, or the number of "
					+ "seconds since 1970");
	}

	private static @Nullable Past read(String query) throws ProfilingException {
		Map<String, String> parameters = Stream.of(query.split("&"))
			.map((pair) -> pair.split("=", 2))
			.collect(Collectors.toMap((pair) -> pair[0], (pair) -> pair[1]));
		return new PastQuery((name) -> parameters.getOrDefault(name, ""), KEPT, NOW).read();
	}

}
