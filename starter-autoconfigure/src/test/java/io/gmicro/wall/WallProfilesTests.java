package io.gmicro.wall;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.gmicro.profile.Frame;
import io.gmicro.profile.Profile;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * Wall-clock profiles: labels, time spans, sums and memory.
 */
class WallProfilesTests {

	private static final Instant START = Instant.parse("2026-11-30T10:00:00Z");

	private static final Duration ALL = WallProfiles.HISTORY;

	private static final String ORDERS = "/orders/{id}";

	private long now = -TimeUnit.DAYS.toNanos(1);

	private final WallProfiles profiles = new WallProfiles(() -> this.now, clock());

	@Test
	void samplesHaveStackLabelsAndTime() {
		add("GET", ORDERS, "database", 30, call("shop.Orders", "find", 7), call("shop.Main", "main", 3));
		add("GET", ORDERS, "database", 20, call("shop.Orders", "find", 7), call("shop.Main", "main", 3));
		add("PUT", ORDERS, "cpu", 5, call("shop.Orders", "find", 7), call("shop.Main", "main", 3));
		assertThat(samples(past(ALL))).containsExactlyInAnyOrder(
				"GET /orders/{id} database [shop.Orders.find:7, shop.Main.main:3] 2 50",
				"PUT /orders/{id} cpu [shop.Orders.find:7, shop.Main.main:3] 1 5");
	}

	@Test
	void timeWithoutStackHasTheActivityAsFrame() {
		add("GET", ORDERS, "not_sampled", 3);
		add("GET", ORDERS, "async", 2);
		add("GET", ORDERS, "gc", 1);
		assertThat(samples(past(ALL))).containsExactlyInAnyOrder("GET /orders/{id} not_sampled [[not sampled]:0] 1 3",
				"GET /orders/{id} async [[async]:0] 1 2", "GET /orders/{id} gc [[gc]:0] 1 1");
	}

	@Test
	void framesAreNamedAsInOtherProfiles() {
		StackTraceElement lambda = new StackTraceElement("shop.Orders$$Lambda$17/0x1f", "get", "Orders.java", -2);
		StackTraceElement other = new StackTraceElement("shop.Orders$$Lambda$18/0x2f", "get", "Orders.java", -2);
		add("GET", "/", "cpu", 1, lambda);
		add("GET", "/", "cpu", 1, other);
		List<Frame> frames = new ArrayList<>();
		past(ALL).forEach((stack, labels, values) -> frames.addAll(stack));
		assertThat(frames).containsExactly(Frame.of(lambda)).containsExactly(Frame.of(other));
	}

	@Test
	void pastConsistsOfTheBucketsThatOverlap() {
		IntStream.range(0, 60).forEach((i) -> {
			add("GET", "/" + i, "cpu", 1);
			advance(10);
		});
		advance(5);
		// The application is 605 s old
		assertThat(routes(past(Duration.ofSeconds(65), Duration.ofSeconds(20)))).containsExactly("/54", "/55");
		assertThat(routes(past(Duration.ofSeconds(60), Duration.ofSeconds(20)))).containsExactly("/54", "/55", "/56");
		Profile profile = past(Duration.ofSeconds(61), Duration.ofMillis(1));
		assertThat(routes(profile)).containsExactly("/54");
		assertThat(text(profile))
			.contains("From 2026-11-30T10:09:00Z to 2026-11-30T10:09:10Z: kept in buckets of 10 s");
	}

	@Test
	void pastEndsNowAndBeginsWithTheFirstSample() {
		advance(7);
		add("GET", "/a", "cpu", 1);
		advance(6);
		assertThat(this.profiles.age()).isEqualTo(Duration.ofSeconds(13));
		assertThat(text(past(ALL))).contains("From 2026-11-30T10:00:00Z to 2026-11-30T10:00:13Z");
		assertThat(text(past(Duration.ofSeconds(2)))).contains("From 2026-11-30T10:00:10Z to 2026-11-30T10:00:13Z");
	}

	@Test
	void samplesExpireAfterHalfAnHour() {
		add("GET", "/old", "cpu", 1);
		advance(1000);
		add("GET", "/new", "cpu", 1);
		advance(800);
		assertThat(routes(past(ALL))).containsExactly("/new", "/old");
		advance(10);
		add("GET", "/newest", "cpu", 1);
		assertThat(routes(past(ALL))).containsExactly("/new", "/newest");
		advance(10_000);
		assertThat(samples(past(ALL))).isEmpty();
		add("GET", "/last", "cpu", 1);
		assertThat(routes(past(ALL))).containsExactly("/last");
	}

	@Test
	void filtersCompareWholeLabels() {
		for (String route : List.of("/a", "/a/b", "_OTHER")) {
			add("GET", route, "cpu", 1);
			add("PUT", route, "lock", 1);
		}
		assertThat(filtered(new WallFilter("/a", null, null))).containsExactlyInAnyOrder("GET /a cpu", "PUT /a lock");
		assertThat(filtered(new WallFilter("/a", "GET", "cpu"))).containsExactly("GET /a cpu");
		assertThat(filtered(new WallFilter("/a", "GET", "lock"))).isEmpty();
		assertThat(filtered(new WallFilter(null, null, "lock"))).hasSize(3);
		assertThat(filtered(new WallFilter("/A", null, null))).isEmpty();
	}

	private List<String> filtered(WallFilter filter) {
		List<String> ofLive = new ArrayList<>();
		try (WallProfiles.Live live = this.profiles.open(filter)) {
			for (String route : List.of("/a", "/a/b", "_OTHER")) {
				add("GET", route, "cpu", 1);
				add("PUT", route, "lock", 1);
			}
			ofLive.addAll(samples(live.finish(Duration.ofSeconds(1))));
		}
		List<String> ofPast = samples(this.profiles.past(ALL, ALL, filter));
		assertThat(labels(ofLive)).containsExactlyInAnyOrderElementsOf(labels(ofPast));
		return labels(ofPast);
	}

	private static List<String> labels(List<String> samples) {
		return samples.stream().map((sample) -> sample.substring(0, sample.indexOf(" ["))).toList();
	}

	@Test
	void liveProfileHasWhatWasAddedWhileItWasOpen() {
		add("GET", "/before", "cpu", 1);
		try (WallProfiles.Live first = this.profiles.open(WallFilter.ALL);
				WallProfiles.Live second = this.profiles.open(WallFilter.ALL)) {
			add("GET", "/meanwhile", "cpu", 1);
			second.close();
			add("GET", "/later", "cpu", 1);
			assertThat(routes(first.finish(Duration.ofSeconds(1)))).containsExactly("/later", "/meanwhile");
			assertThat(routes(second.finish(Duration.ofSeconds(1)))).containsExactly("/meanwhile");
		}
	}

	@Test
	void liveProfileIsBoundedAndExact() {
		try (WallProfiles.Live live = this.profiles.open(WallFilter.ALL)) {
			for (int i = 0; i < 20_000; i++) {
				String name = "x".repeat(200) + i;
				add("GET", "/" + name, (i % 2 == 0) ? "cpu" : "lock", 3, call(name, name, i));
			}
			Profile profile = live.finish(Duration.ofSeconds(1));
			assertThat(total(profile)).containsExactly(20_000, 60_000);
			assertThat(samples(profile)).hasSizeBetween(1_000, 10_000)
				.anyMatch((sample) -> sample.startsWith("_OTHER _OTHER cpu [[other]:0] "))
				.anyMatch((sample) -> sample.startsWith("_OTHER _OTHER lock [[other]:0] "));
		}
	}

	@Test
	void deepStacksKeepTheirInnermostCalls() {
		StackTraceElement[] deep = IntStream.range(0, StackTable.MAX_FRAMES + 100)
			.mapToObj((i) -> call("deep.Deep", "call", i))
			.toArray(StackTraceElement[]::new);
		add("GET", "/", "cpu", 1, deep);
		past(ALL).forEach((stack, labels, values) -> {
			assertThat(stack).hasSize(StackTable.MAX_FRAMES + 1)
				.startsWith(Frame.of(deep[0]))
				.endsWith(Frame.named("[truncated]"));
			assertThat(stack.get(StackTable.MAX_FRAMES - 1)).isEqualTo(Frame.of(deep[StackTable.MAX_FRAMES - 1]));
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "_", "\0", "\ud800", "\udc00\ud800", "\n", "[other]", "$$Lambda", "/", ".",
			"\u202e<script>", "a'\"\\%s{}", "Aa", "BB" })
	void hostileNamesAreNotRefused(String name) {
		add(name, name, name, 1);
		add(name.repeat(70_000), name.repeat(70_000), name.repeat(70_000), 1,
				new StackTraceElement(name, name, name, Integer.MIN_VALUE),
				new StackTraceElement(name.repeat(70_000), name.repeat(70_000), null, Integer.MAX_VALUE));
		assertThat(total(past(ALL))).containsExactly(2, 2);
		assertThat(text(past(ALL))).isNotEmpty();
		assertThat(this.profiles.past(ALL, ALL, new WallFilter(name.repeat(70_000), null, null))).isNotNull();
	}

	/** A small history, so that it is compacted often. */
	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3, 4, 5, 6, 7, 8 })
	void sumsOfEveryBucketAreExact(long seed) {
		Random random = new Random(seed);
		WallHistory history = new WallHistory(256 << 10 << random.nextInt(3));
		Map<Long, Map<String, long[]>> expected = new TreeMap<>();
		int routes = (seed % 2 == 0) ? 20 : 20_000;
		int methods = 1 + random.nextInt(random.nextBoolean() ? 30 : 3_000);
		long index = 0;
		for (int i = 0; i < 30_000; i++) {
			index += (random.nextInt(100) == 0) ? 1 + random.nextInt(2) : 0;
			WallSample sample = new WallSample("GET", "/route/" + skewed(random, routes),
					(random.nextInt(4) == 0) ? "cpu" : "lock", randomStack(random, methods), random.nextInt(1_000_000));
			history.add(sample, index);
			long[] sum = expected.computeIfAbsent(index, (bucket) -> new HashMap<>())
				.computeIfAbsent(sample.route() + " " + sample.activity(), (labels) -> new long[2]);
			sum[0]++;
			sum[1] += sample.nanos();
		}
		long last = index;
		expected.keySet().removeIf((bucket) -> bucket < last - WallHistory.BUCKETS);
		assertThat(assertThatSumsAreExact(history, expected)).isEqualTo(routes > 20);
	}

	private static boolean assertThatSumsAreExact(WallHistory history, Map<Long, Map<String, long[]>> expected) {
		boolean merged = false;
		assertThat(history.buckets(0, Long.MAX_VALUE)).extracting(StackSums.Bucket::index)
			.containsExactlyElementsOf(expected.keySet());
		for (StackSums.Bucket bucket : history.buckets(0, Long.MAX_VALUE)) {
			Map<String, long[]> left = Objects.requireNonNull(expected.get(bucket.index()));
			for (int i = 0; i < bucket.keys().length; i++) {
				StackTable.Labels labels = history.table().labels(bucket.labels(i));
				long[] sum = left.computeIfAbsent(labels.route() + " " + labels.activity(), (other) -> new long[2]);
				sum[0] -= bucket.counts()[i];
				sum[1] -= bucket.nanos()[i];
				merged |= labels.route().equals("_OTHER") && bucket.counts()[i] > 0;
			}
			assertThat(left.values().stream().mapToLong((sum) -> sum[0]).sum()).isZero();
			assertThat(left.values().stream().mapToLong((sum) -> sum[1]).sum()).isZero();
			left.forEach((labels, sum) -> {
				if (!labels.startsWith("_OTHER")) {
					assertThat(sum[0]).as(labels).isNotNegative();
				}
			});
			for (String activity : merged ? List.of("cpu", "lock") : List.<String>of()) {
				assertThat(left.entrySet()
					.stream()
					.filter((entry) -> entry.getKey().endsWith(activity))
					.mapToLong((entry) -> entry.getValue()[0])
					.sum()).as(activity).isZero();
			}
			if (!merged) {
				assertThat(left.values()).allSatisfy((sum) -> assertThat(sum).containsOnly(0));
			}
		}
		return merged;
	}

	/** Small numbers are more probable. */
	private static int skewed(Random random, int bound) {
		return (int) (Math.pow(random.nextDouble(), 3) * bound);
	}

	private static StackTraceElement[] randomStack(Random random, int methods) {
		return IntStream.range(0, random.nextInt(12))
			.mapToObj((i) -> call("shop.Type" + i, "method" + skewed(random, methods), random.nextInt(3)))
			.toArray(StackTraceElement[]::new);
	}

	@Test
	void newestAndMostFrequentStacksAreKeptLongest() {
		WallHistory history = new WallHistory(512 << 10);
		int buckets = 100;
		for (int bucket = 0; bucket < buckets; bucket++) {
			for (int i = 0; i < 300; i++) {
				history.add(new WallSample("GET", "/", "cpu",
						new StackTraceElement[] { call("rare.Rare", "method" + i, bucket), call("a.A", "a", 1) }, 1),
						bucket);
				history.add(new WallSample("GET", "/", "lock",
						new StackTraceElement[] { call("frequent.Frequent", "method", 1) }, 1), bucket);
			}
		}
		List<Integer> kept = new ArrayList<>();
		for (StackSums.Bucket bucket : history.buckets(0, Long.MAX_VALUE)) {
			List<String> names = new ArrayList<>();
			for (int i = 0; i < bucket.keys().length; i++) {
				if (bucket.stack(i) > StackTable.OTHER_STACK) {
					names.add(history.table().call(history.table().innermost(bucket.stack(i))).getClassName());
				}
			}
			assertThat(names).contains("frequent.Frequent");
			kept.add(names.size());
		}
		assertThat(kept.get(0)).isLessThan(200);
		assertThat(kept.get(buckets - 1)).isEqualTo(301);
		assertThat(kept.stream().filter((names) -> names > 300).count()).isGreaterThan(10);
	}

	@Test
	void idleProfilesNeedLittleMemory() {
		assertThat(this.profiles.bytes()).isLessThan(8_000);
		for (int i = 0; i < 10_000; i++) {
			add("GET", ORDERS, "cpu", 1, call("shop.Orders", "find", 7));
			this.now += TimeUnit.MILLISECONDS.toNanos(100);
		}
		assertThat(this.profiles.bytes()).isLessThan(50_000);
	}

	/** Measured on the heap, with names that nothing else refers to. */
	@ParameterizedTest
	@ValueSource(ints = { 1, 12, 100 })
	void memoryIsBounded(int length) {
		long before = usedHeap();
		WallProfiles hostile = hostile(length);
		long with = usedHeap();
		assertThat(hostile.bytes()).isBetween(4L << 20, WallProfiles.MAX_BYTES + 100_000);
		long kept = with - before;
		assertThat(kept).isLessThan(8 << 20);
		assertThat(kept).isCloseTo(hostile.bytes(), within(2L << 20));
	}

	private static WallProfiles hostile(int length) {
		long[] nanos = { 0 };
		WallProfiles profiles = new WallProfiles(() -> nanos[0], Clock.systemUTC());
		String longName = "x".repeat(length);
		for (int i = 0; i < 60_000; i++) {
			nanos[0] += TimeUnit.MILLISECONDS.toNanos(20);
			String unique = longName + i;
			profiles.add(new WallSample("GET", "/" + unique, "cpu",
					Stream.of("\u0416a", "b", "c", "d", "e", "f")
						.map((name) -> new StackTraceElement(name + unique, unique, unique + "f", 1))
						.toArray(StackTraceElement[]::new),
					1));
		}
		return profiles;
	}

	private static long usedHeap() {
		MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
		long used = Long.MAX_VALUE;
		for (int i = 0; i < 4; i++) {
			memory.gc();
			used = Math.min(used, memory.getHeapMemoryUsage().getUsed());
		}
		return used;
	}

	@Test
	void largeProfilesOfThePastAreBounded() {
		for (int i = 0; i < 2 * WallProfileBuilder.MAX_STACKS; i++) {
			add("GET", (i % 2 == 0) ? "/even" : "/odd", "cpu", 1, call("a.A", "a", i + 1));
			this.now += TimeUnit.MILLISECONDS.toNanos(10);
		}
		Profile profile = past(ALL);
		assertThat(samples(profile)).hasSize(WallProfileBuilder.MAX_STACKS + 2);
		assertThat(total(profile)).containsExactly(2 * WallProfileBuilder.MAX_STACKS,
				2 * WallProfileBuilder.MAX_STACKS);
	}

	@Test
	void readersSeeWholeSamples() {
		WallProfiles shared = new WallProfiles();
		CompletableFuture<Void> reader = CompletableFuture.runAsync(() -> {
			long[] last = { 0, 0 };
			while (last[0] < 30_000) {
				long[] total = total(shared.past(Duration.ofMinutes(1), Duration.ofMinutes(1), WallFilter.ALL));
				assertThat(total[0]).isGreaterThanOrEqualTo(last[0]);
				assertThat(total[1]).isEqualTo(7 * total[0]);
				last = total;
			}
		});
		for (int i = 0; i < 30_000; i++) {
			shared.add(new WallSample("GET", "/" + i % 100, "cpu",
					new StackTraceElement[] { call("a.A", "a", i % 1000), call("a.A", "b", i) }, 7));
		}
		reader.orTimeout(30, TimeUnit.SECONDS).join();
	}

	private void add(String method, String route, String activity, long nanos, StackTraceElement... stack) {
		this.profiles.add(new WallSample(method, route, activity, stack, nanos));
	}

	private static StackTraceElement call(String type, String method, int line) {
		return new StackTraceElement(type, method, "File.java", line);
	}

	private void advance(int seconds) {
		this.now += TimeUnit.SECONDS.toNanos(seconds);
	}

	private Profile past(Duration ago) {
		return past(ago, ago);
	}

	private Profile past(Duration ago, Duration length) {
		return this.profiles.past(ago, length, WallFilter.ALL);
	}

	private static List<String> samples(Profile profile) {
		List<String> samples = new ArrayList<>();
		profile.forEach((stack, labels, values) -> {
			assertThat(labels).containsOnlyKeys("method", "route", "activity");
			samples.add(labels.get("method") + " " + labels.get("route") + " " + labels.get("activity") + " "
					+ stack.stream().map((frame) -> frame.function() + ":" + frame.line()).toList() + " " + values[0]
					+ " " + values[1]);
		});
		return samples;
	}

	private static List<@Nullable String> routes(Profile profile) {
		List<@Nullable String> routes = new ArrayList<>();
		profile.forEach((stack, labels, values) -> routes.add(labels.get("route")));
		return routes.stream().sorted().toList();
	}

	private static long[] total(Profile profile) {
		long[] total = new long[2];
		profile.forEach((stack, labels, values) -> {
			total[0] += values[0];
			total[1] += values[1];
		});
		return total;
	}

	private static String text(Profile profile) {
		return new String(profile.toByteArray(), java.nio.charset.StandardCharsets.UTF_8);
	}

	private Clock clock() {
		long start = this.now;
		return new Clock() {

			@Override
			public Instant instant() {
				return START.plusNanos(WallProfilesTests.this.now - start);
			}

			@Override
			public Clock withZone(java.time.ZoneId zone) {
				return this;
			}

			@Override
			public java.time.ZoneId getZone() {
				return ZoneOffset.UTC;
			}

		};
	}

}
