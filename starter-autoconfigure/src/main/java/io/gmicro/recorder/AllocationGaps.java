package io.gmicro.recorder;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Mends what sampling by a rate does to the weights of allocations. The recorder takes
 * the first so many allocations of each fifth of a second and leaves out the rest; a
 * thread's next sample then counts for all that was left out, whatever that was. What it
 * has more than the others of its thread is shared by those on both sides of the gap, in
 * proportion to how fast the thread allocated there.
 */
final class AllocationGaps {

	private static final int BYTES = 1;

	private static final long PERIOD = TimeUnit.MILLISECONDS.toNanos(200);

	private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(20);

	/** What the recorder takes in a period, less what other threads' clocks are off. */
	private static final int FULL_PERIOD = 24;

	private AllocationGaps() {
	}

	/**
	 * Mends the samples of a time before whose start nothing was sampled.
	 * @param samples the samples, sorted by their time afterwards
	 */
	static void mend(List<TimedSample> samples) {
		samples.sort(Comparator.comparingLong(TimedSample::time));
		Map<Long, TreeMap<Integer, List<TimedSample>>> owners = new HashMap<>();
		int burst = 0;
		for (int i = 0; i < samples.size(); i++) {
			burst += isAfterGap(samples, i) ? 1 : 0;
			owners.computeIfAbsent(samples.get(i).owner(), (owner) -> new TreeMap<>())
				.computeIfAbsent(burst, (number) -> new ArrayList<>())
				.add(samples.get(i));
		}
		owners.values().forEach((bursts) -> mendBursts(List.copyOf(bursts.values())));
	}

	static boolean isAfterGap(List<TimedSample> samples, int index) {
		if (index < FULL_PERIOD || samples.get(index).time() - samples.get(index - 1).time() < PAUSE) {
			return false;
		}
		return samples.get(index - 1).time() - samples.get(index - FULL_PERIOD).time() < PERIOD;
	}

	/** The first sample of each is the one that counts for more than it saw. */
	private static void mendBursts(List<List<TimedSample>> bursts) {
		long[] others = bursts.stream()
			.flatMap((burst) -> burst.stream().skip(1))
			.mapToLong((sample) -> sample.values()[BYTES])
			.sorted()
			.toArray();
		if (others.length > 0) {
			long usual = others[others.length / 2];
			double[] rates = bursts.stream().mapToDouble(AllocationGaps::rate).toArray();
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

	/** In bytes per nanosecond. What came before the first sample is unknown. */
	private static double rate(List<TimedSample> burst) {
		long nanos = burst.get(burst.size() - 1).time() - burst.get(0).time();
		return (nanos > 0) ? (double) burst.stream().skip(1).mapToLong((sample) -> sample.values()[BYTES]).sum() / nanos
				: 0;
	}

	private static void give(long bytes, List<TimedSample> samples) {
		samples.forEach((sample) -> sample.values()[BYTES] += bytes / samples.size());
	}

}
