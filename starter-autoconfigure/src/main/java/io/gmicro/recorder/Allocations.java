package io.gmicro.recorder;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

import io.gmicro.jfr.Platform;
import io.gmicro.profile.Frame;
import io.gmicro.profile.Profile;

/**
 * Scales samples of allocations to the bytes that each thread allocated, as JFR samples
 * only the start of a burst of allocations. If the JVM counts the bytes of all threads,
 * which it does since Java 21, nothing of the threads that ended is missing. Otherwise it
 * is unknown what a thread allocated between the last update and its end. Thread-safe.
 */
final class Allocations {

	static final Frame NOT_SAMPLED = Frame.named("[not sampled]");

	private static final int BYTES = 1;

	private static final long PERIOD = TimeUnit.MILLISECONDS.toNanos(200);

	private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(20);

	/** Samples per period at the limit, less a tolerance for clock differences. */
	private static final int FULL_PERIOD = 24;

	private final ThreadUsage use = ThreadUsage.ofMemory();

	private final long start = Platform.totalAllocatedBytes();

	/** Since the start, at the last update. */
	private long total;

	private final List<TimedSample> samples = new ArrayList<>();

	private long given;

	/** Notes how much was allocated until now, which the next call counts. */
	synchronized void update() {
		this.total = Platform.totalAllocatedBytes() - this.start;
		this.use.update();
	}

	synchronized void add(TimedSample sample) {
		this.samples.add(sample);
	}

	/**
	 * Counts the samples since the last call, up to the last update. Bytes that a running
	 * thread allocated without a sample are counted with its next sample.
	 * @param counter receives the samples
	 */
	synchronized void count(Profile.SampleAction counter) {
		count(counter, false);
	}

	/**
	 * Counts all bytes that were allocated since the last call, up to the last update.
	 * @param counter receives the samples
	 */
	synchronized void countAll(Profile.SampleAction counter) {
		count(counter, true);
	}

	private void count(Profile.SampleAction counter, boolean everything) {
		correctGaps(this.samples);
		Map<Long, Long> used = this.use.used();
		Map<Long, Long> living = new HashMap<>(used);
		living.keySet().removeIf((owner) -> !this.use.isAlive(owner));
		long ended = (this.start >= 0) ? Math.max(this.total - this.given - sum(living), 0) : sum(used) - sum(living);
		Map<Long, Long> left = new SampleWeights(this.samples, living, BYTES, true)
			.give((this.start >= 0) ? ended : Long.MAX_VALUE);
		Set<Long> counted = new HashSet<>();
		for (TimedSample sample : this.samples) {
			counted.add(sample.owner());
			ended -= living.containsKey(sample.owner()) ? 0 : sample.values()[BYTES];
			give(counter, sample.stack(), sample.labels(), sample.values());
		}
		if (everything) {
			counted.addAll(living.keySet());
			give(counter, List.of(NOT_SAMPLED), Map.of(), bytes(sum(left)));
		}
		give(counter, List.of(SampleWeights.ENDED), Map.of(), bytes(Math.max(ended, 0)));
		counted.forEach(this.use::count);
		this.use.forgetEnded();
		this.samples.clear();
	}

	private static long sum(Map<Long, Long> values) {
		return values.values().stream().mapToLong(Long::longValue).sum();
	}

	private static long[] bytes(long bytes) {
		return new long[] { 0, bytes, 0, 0 };
	}

	private void give(Profile.SampleAction counter, List<Frame> stack, Map<String, String> labels, long[] values) {
		this.given += values[BYTES];
		counter.accept(stack, labels, values);
	}

	/**
	 * Corrects the weights of samples that JFR throttled. In each fifth of a second JFR
	 * takes the first samples up to a limit and skips the rest, a gap; the next sample of
	 * the thread then has the weight of all that was skipped. What exceeds the median
	 * weight of the thread is divided among the samples on both sides of the gap, in
	 * proportion to the allocation rates there. The first sample of a thread may also
	 * have the weight of what the thread allocated before the recording.
	 * @param samples the samples, which are sorted by time
	 */
	static void correctGaps(List<TimedSample> samples) {
		samples.sort(Comparator.comparingLong(TimedSample::time));
		Map<Long, TreeMap<Integer, List<TimedSample>>> owners = new HashMap<>();
		int burst = 0;
		for (int i = 0; i < samples.size(); i++) {
			burst += isAfterGap(samples, i) ? 1 : 0;
			owners.computeIfAbsent(samples.get(i).owner(), (owner) -> new TreeMap<>())
				.computeIfAbsent(burst, (number) -> new ArrayList<>())
				.add(samples.get(i));
		}
		owners.values().forEach((bursts) -> correctBursts(List.copyOf(bursts.values())));
	}

	static boolean isAfterGap(List<TimedSample> samples, int index) {
		if (index < FULL_PERIOD || samples.get(index).time() - samples.get(index - 1).time() < PAUSE) {
			return false;
		}
		return samples.get(index - 1).time() - samples.get(index - FULL_PERIOD).time() < PERIOD;
	}

	/** The first sample of each burst has the weight of the gap before it. */
	private static void correctBursts(List<List<TimedSample>> bursts) {
		long[] others = bursts.stream()
			.flatMap((burst) -> burst.stream().skip(1))
			.mapToLong((sample) -> sample.values()[BYTES])
			.sorted()
			.toArray();
		if (others.length > 0) {
			long usual = others[others.length / 2];
			double[] rates = bursts.stream().mapToDouble(Allocations::rate).toArray();
			for (int i = 0; i < rates.length; i++) {
				long[] first = bursts.get(i).get(0).values();
				long leftOut = Math.max(first[BYTES] - usual, 0);
				first[BYTES] -= leftOut;
				if (i > 0) {
					double both = rates[i - 1] + rates[i];
					share(leftOut, bursts.get(i - 1), bursts.get(i), (both > 0) ? rates[i] / both : 0);
				}
			}
		}
	}

	private static void share(long leftOut, List<TimedSample> before, List<TimedSample> after, double ofAfter) {
		long bytesAfter = Math.round(leftOut * ofAfter);
		long end = before.get(before.size() - 1).time();
		give(leftOut - bytesAfter, before.stream().filter((sample) -> end - sample.time() < PERIOD).toList());
		long start = after.get(0).time();
		give(bytesAfter, after.stream().filter((sample) -> sample.time() - start < PERIOD).toList());
	}

	/** In bytes per nanosecond, without the first sample. */
	private static double rate(List<TimedSample> burst) {
		long nanos = burst.get(burst.size() - 1).time() - burst.get(0).time();
		return (nanos > 0) ? (double) burst.stream().skip(1).mapToLong((sample) -> sample.values()[BYTES]).sum() / nanos
				: 0;
	}

	private static void give(long bytes, List<TimedSample> samples) {
		samples.forEach((sample) -> sample.values()[BYTES] += bytes / samples.size());
	}

}
