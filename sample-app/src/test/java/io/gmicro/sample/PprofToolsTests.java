package io.gmicro.sample;

import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.FutureTask;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@code go tool pprof} makes of the running sample's profiles.
 */
class PprofToolsTests {

	private static final String CPU = "/cpu?millis=500";

	private static final String ALLOCATE = "/allocate?megabytes=500";

	private static final int MORE_ANSWERS = 10;

	private static final String CONTEND = "/contend?millis=200";

	private static final String WORK = "io.gmicro.sample.work.";

	/** In percent. */
	private static final double CLEAR_SHARE = 60;

	@TempDir
	private static Path directory;

	private static Pprof pprof;

	private static SampleProcess sample;

	private static Instant start;

	/** Profiles of a few seconds. */
	private static final Map<Endpoint, Path> windows = new EnumMap<>(Endpoint.class);

	/** Profiles without a duration. */
	private static final Map<Endpoint, Path> counted = new EnumMap<>(Endpoint.class);

	/** What happened between two profiles without a duration. */
	private static final Map<Endpoint, String> differences = new EnumMap<>(Endpoint.class);

	@BeforeAll
	static void collect() throws Exception {
		RealTools.find("go");
		pprof = new Pprof(directory);
		sample = SampleProcess.builder(directory)
			.options("-XX:TieredStopAtLevel=1")
			.arguments("--gmicro.pprof.heap.enabled=true")
			.start();
		start = Instant.now();
		collect(ALLOCATE, Endpoint.ALLOCS, Endpoint.HEAP);
		collect(CONTEND, Endpoint.MUTEX, Endpoint.BLOCK, Endpoint.THREADCREATE);
		collect(CONTEND, Endpoint.GOROUTINE);
		collectDifferences(Endpoint.MUTEX, Endpoint.BLOCK, Endpoint.THREADCREATE, Endpoint.GOROUTINE);
		collectDifferences(Endpoint.ALLOCS, Endpoint.HEAP);
		// When the JVM has compiled most of what it runs
		collect(CPU, Endpoint.PROFILE);
	}

	/** No more at a time than the sample allows. */
	private static void collect(String load, Endpoint... endpoints) throws Exception {
		try (Load running = Load.of(sample, load)) {
			windows.putAll(each(endpoints, (endpoint) -> pprof.fetch(url(endpoint) + endpoint.query, "-seconds=2")));
		}
	}

	private static void collectDifferences(Endpoint... endpoints) throws Exception {
		try (Load running = Load.of(sample, endpoints[0].load)) {
			counted.putAll(each(endpoints, (endpoint) -> pprof.fetch(url(endpoint))));
			// There is a difference once the work was done again, often enough to be
			// sampled
			running.awaitAnswers(MORE_ANSWERS);
			differences.putAll(
					each(endpoints, (endpoint) -> pprof.run("-top", "-base=" + counted.get(endpoint), url(endpoint))));
		}
	}

	private static <T> Map<Endpoint, T> each(Endpoint[] endpoints, Collector<T> collector) throws Exception {
		Map<Endpoint, FutureTask<T>> tasks = new EnumMap<>(Endpoint.class);
		for (Endpoint endpoint : endpoints) {
			FutureTask<T> task = new FutureTask<>(() -> collector.collect(endpoint));
			tasks.put(endpoint, task);
			new Thread(task, "pprof").start();
		}
		Map<Endpoint, T> results = new EnumMap<>(Endpoint.class);
		for (Map.Entry<Endpoint, FutureTask<T>> task : tasks.entrySet()) {
			results.put(task.getKey(), task.getValue().get());
		}
		return results;
	}

	@AfterAll
	static void stop() {
		if (sample != null) {
			sample.close();
		}
	}

	@ParameterizedTest
	@EnumSource
	void windowHasTypesPeriodTimeAndDuration(Endpoint endpoint) throws Exception {
		RawProfile profile = pprof.raw(window(endpoint));
		assertTypes(profile, endpoint);
		assertThat(profile.header("Duration").map(Double::valueOf).orElseThrow()).isBetween(2.0, 10.0);
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "PROFILE")
	void profileWithoutSecondsHasTypesPeriodAndTime(Endpoint endpoint) throws Exception {
		RawProfile profile = pprof.raw(counted(endpoint));
		assertTypes(profile, endpoint);
		assertThat(profile.header("Duration")).isEmpty();
		assertThat(profile.values()).isNotEmpty().allSatisfy((stack, values) -> {
			assertThat(stack).isNotEmpty();
			assertThat(values).allMatch((value) -> value >= 0);
		});
	}

	private static void assertTypes(RawProfile profile, Endpoint endpoint) {
		assertThat(profile.sampleTypes()).containsExactly(endpoint.sampleTypes.split(" "));
		assertThat(profile.header("PeriodType")).hasValue(endpoint.periodType);
		assertThat(profile.header("Period")).hasValue(Long.toString(endpoint.period));
		assertThat(time(profile)).isBetween(start, Instant.now());
	}

	/** As Go writes it, such as {@code 2026-11-22 19:54:40.609379614 +0000 UTC}. */
	private static Instant time(RawProfile profile) {
		String[] parts = profile.header("Time").orElseThrow().split(" ");
		DateTimeFormatter format = new DateTimeFormatterBuilder().append(DateTimeFormatter.ISO_LOCAL_DATE_TIME)
			.appendPattern("XX")
			.toFormatter(Locale.ROOT);
		return OffsetDateTime.parse(parts[0] + "T" + parts[1] + parts[2], format).toInstant();
	}

	@ParameterizedTest
	@EnumSource
	void topShowsDefaultTypeAndWhoWasBusy(Endpoint endpoint) throws Exception {
		String top = pprof.run("-top", window(endpoint));
		assertThat(top).contains("File: java\n", "\nType: " + endpoint.defaultType + "\n");
		assertThatTopDominates(top, endpoint);
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "PROFILE")
	void baseShowsWhoWasBusyMeanwhile(Endpoint endpoint) {
		String top = Objects.requireNonNull(differences.get(endpoint));
		assertThat(top).contains("Type: " + endpoint.defaultType + "\n");
		assertThatTopDominates(top, endpoint);
	}

	private static void assertThatTopDominates(String top, Endpoint endpoint) {
		if (endpoint.busiest != null) {
			Matcher first = Pattern.compile("flat% .*\n\\s*\\S+\\s+([\\d.]+)%.*%\\s+(\\S+)").matcher(top);
			assertThat(first.find()).as(top).isTrue();
			assertThat(first.group(2)).as(top).isEqualTo(WORK + endpoint.busiest);
			assertThat(Double.parseDouble(first.group(1))).as(top).isGreaterThan(CLEAR_SHARE);
		}
	}

	@ParameterizedTest
	@EnumSource
	void nothingIsLeftOfTheDifferenceToItself(Endpoint endpoint) throws Exception {
		String path = window(endpoint);
		assertThat(pprof.run("-top", "-base=" + path, path)).contains("Showing nodes accounting for 0, ");
	}

	@ParameterizedTest
	@EnumSource
	void tagsAreThereWhenAskedFor(Endpoint endpoint) throws Exception {
		String tags = pprof.run("-tags", window(endpoint));
		if (endpoint.query.isEmpty()) {
			assertThat(tags).doesNotContain("route", "method", "thread:");
		}
		else {
			assertThat(tags).contains(" route: Total ");
			assertThat(share(tags, "/" + endpoint.load.split("[/?]")[1])).isGreaterThan(CLEAR_SHARE);
		}
	}

	/** In percent of what is labelled. */
	private static double share(String tags, String value) {
		Matcher matcher = Pattern.compile("\\(\\s*([\\d.]+)%\\): " + Pattern.quote(value) + "\n").matcher(tags);
		assertThat(matcher.find()).as(tags).isTrue();
		return Double.parseDouble(matcher.group(1));
	}

	@Test
	void tagFocusKeepsOneRoute() throws Exception {
		String path = window(Endpoint.PROFILE);
		String top = pprof.run("-top", "-relative_percentages", "-tagfocus=route=/cpu", path);
		assertThatTopDominates(top, Endpoint.PROFILE);
		assertThat(top).doesNotContain("[jvm: gc, jit and native threads]");
		// However little that was
		assertThat(pprof.run("-top", "-nodefraction=0", path)).contains("[jvm: gc, jit and native threads]");
	}

	@Test
	void sourceIsFound() throws Exception {
		assertThat(pprof.run("-list=BlockingController.cpu", "-source_path=src/main/java", window(Endpoint.PROFILE)))
			.contains("Math.sqrt(");
		assertThat(pprof.run("-list=ContendedLock.takeTurns", "-source_path=src/main/java", window(Endpoint.MUTEX)))
			.contains("synchronized (this.monitor)");
	}

	@Test
	void goroutinesShowWhereThreadsAre() throws Exception {
		assertThat(pprof.run("-top", "-cum", counted(Endpoint.GOROUTINE))).contains("java.lang.Thread.run",
				WORK + "ContendedLock.contend");
	}

	@Test
	void heapShowsClasses() throws Exception {
		assertThat(pprof.run("-top", counted(Endpoint.HEAP))).contains("byte[]", "java.lang.String");
	}

	@Test
	void commentTellsTheSource() throws Exception {
		List<String> comments = pprof.run("-comments", window(Endpoint.PROFILE)).lines().toList();
		assertThat(comments).containsAnyOf("Processor time from jdk.CPUTimeSample",
				"Processor time from jdk.ExecutionSample");
	}

	private static String window(Endpoint endpoint) {
		return Objects.requireNonNull(windows.get(endpoint)).toString();
	}

	private static String counted(Endpoint endpoint) {
		return Objects.requireNonNull(counted.get(endpoint)).toString();
	}

	private static String url(Endpoint endpoint) {
		return sample.url(endpoint.name().toLowerCase(Locale.ROOT));
	}

	/** What Go serves under the same names. */
	private enum Endpoint {

		PROFILE("samples/count cpu/nanoseconds", "cpu nanoseconds", 10_000_000, "cpu", CPU, "BlockingController.cpu",
				"?labels=route"),

		ALLOCS("alloc_objects/count alloc_space/bytes[dflt] inuse_objects/count inuse_space/bytes", "space bytes",
				524_288, "alloc_space", ALLOCATE, "BlockingController.allocate", "?labels=route"),

		HEAP("alloc_objects/count alloc_space/bytes inuse_objects/count inuse_space/bytes", "space bytes", 524_288,
				"inuse_space", ALLOCATE, null, ""),

		GOROUTINE("goroutine/count", "goroutine count", 1, "goroutine", CONTEND, null, ""),

		MUTEX("contentions/count delay/nanoseconds", "contentions count", 1, "delay", CONTEND,
				"ContendedLock.takeTurns", ""),

		BLOCK("contentions/count delay/nanoseconds", "contentions count", 1, "delay", CONTEND,
				"ContendedLock.takeTurns", ""),

		THREADCREATE("threadcreate/count", "threadcreate count", 1, "threadcreate", CONTEND, "ContendedLock.contend",
				"");

		private final String sampleTypes;

		private final String periodType;

		private final long period;

		private final String defaultType;

		private final String load;

		private final @Nullable String busiest;

		private final String query;

		Endpoint(String sampleTypes, String periodType, long period, String defaultType, String load,
				@Nullable String busiest, String query) {
			this.sampleTypes = sampleTypes;
			this.periodType = periodType;
			this.period = period;
			this.defaultType = defaultType;
			this.load = load;
			this.busiest = busiest;
			this.query = query;
		}

	}

	@FunctionalInterface
	private interface Collector<T> {

		T collect(Endpoint endpoint) throws Exception;

	}

}
