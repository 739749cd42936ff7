package io.gmicro.pprof;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Mends what sampling by a rate does to the weights of allocations. The recorder takes
 * the first so many allocations of each fifth of a second and leaves out the rest; a
 * thread's next sample then counts for all that was left out, whatever that was. Such a
 * sample is made to count for no more than the others of its thread.
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
		Map<Long, List<TimedSample>> afterGaps = new HashMap<>();
		Map<Long, List<Long>> weights = new HashMap<>();
		Map<Long, Integer> lastBurst = new HashMap<>();
		int burst = 0;
		for (int i = 0; i < samples.size(); i++) {
			TimedSample sample = samples.get(i);
			burst += isAfterGap(samples, i) ? 1 : 0;
			if (lastBurst.getOrDefault(sample.owner(), -1) != burst) {
				afterGaps.computeIfAbsent(sample.owner(), (owner) -> new ArrayList<>()).add(sample);
			}
			else {
				weights.computeIfAbsent(sample.owner(), (owner) -> new ArrayList<>()).add(sample.values()[BYTES]);
			}
			lastBurst.put(sample.owner(), burst);
		}
		weights.forEach((owner, others) -> {
			long median = median(others);
			afterGaps.getOrDefault(owner, List.of())
				.forEach((sample) -> sample.values()[BYTES] = Math.min(sample.values()[BYTES], median));
		});
	}

	private static boolean isAfterGap(List<TimedSample> samples, int index) {
		if (index < FULL_PERIOD || samples.get(index).time() - samples.get(index - 1).time() < PAUSE) {
			return false;
		}
		return samples.get(index - 1).time() - samples.get(index - FULL_PERIOD).time() < PERIOD;
	}

	private static long median(List<Long> values) {
		values.sort(Comparator.naturalOrder());
		return values.get(values.size() / 2);
	}

}
