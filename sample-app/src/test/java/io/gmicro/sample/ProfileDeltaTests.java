package io.gmicro.sample;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Scrapers such as Grafana Alloy take a profile that counts since the start again and
 * again and keep the differences. They tell samples apart by the addresses of their
 * stacks alone, where {@code go tool pprof -base} looks at functions and lines, too.
 *
 * @see <a href="https://github.com/grafana/alloy">Alloy, pyroscope.scrape</a>
 */
class ProfileDeltaTests {

	@TempDir
	private static Path directory;

	private static Pprof pprof;

	private static SampleProcess sample;

	@BeforeAll
	static void start() throws Exception {
		RealTools.find("go");
		pprof = new Pprof(directory);
		sample = SampleProcess.builder(directory).start();
	}

	@AfterAll
	static void stop() {
		if (sample != null) {
			sample.close();
		}
	}

	@ParameterizedTest
	@CsvSource({ "allocs, /allocate?megabytes=20, BlockingController.allocate",
			"mutex, /contend?millis=200, ContendedLock.takeTurns" })
	void differenceByAddressIsThatOfPprof(String name, String load, String busiest) throws Exception {
		Path first;
		Path second;
		try (Load running = Load.of(sample, load)) {
			first = pprof.fetch(sample.url(name));
			running.awaitAnswers(2);
			second = pprof.fetch(sample.url(name));
		}
		RawProfile before = pprof.raw(first.toString());
		RawProfile after = pprof.raw(second.toString());
		assertThatLocationsAreThoseOf(before, after);

		Map<List<String>, List<Long>> difference = difference(before, after);
		assertThat(difference.values()).isNotEmpty()
			.allSatisfy((values) -> assertThat(values).allMatch((value) -> value >= 0));
		RawProfile byPprof = pprof.raw("-base=" + first, second.toString());
		assertThat(difference).isEqualTo(byPprof.values());
		assertThat(difference.keySet()).anySatisfy((stack) -> assertThat(after.locations().get(stack.get(0)))
			.startsWith("io.gmicro.sample.work." + busiest + " "));
	}

	/** The other way round, a location has only one address: the profile is parsed so. */
	private static void assertThatLocationsAreThoseOf(RawProfile before, RawProfile after) {
		for (RawProfile profile : List.of(before, after)) {
			assertThat(profile.locations().values()).doesNotHaveDuplicates();
		}
		assertThat(after.locations()).containsAllEntriesOf(before.locations());
		Set<List<String>> gone = new HashSet<>(before.values().keySet());
		gone.removeAll(after.values().keySet());
		assertThat(gone).isEmpty();
	}

	/** What is nothing is left out, as pprof does. */
	private static Map<List<String>, List<Long>> difference(RawProfile before, RawProfile after) {
		Map<List<String>, List<Long>> difference = new HashMap<>();
		after.values().forEach((stack, values) -> {
			List<Long> earlier = before.values().getOrDefault(stack, values.stream().map((value) -> 0L).toList());
			List<Long> more = IntStream.range(0, values.size())
				.mapToObj((i) -> values.get(i) - earlier.get(i))
				.toList();
			if (more.stream().anyMatch((value) -> value != 0)) {
				difference.put(stack, more);
			}
		});
		return difference;
	}

}
