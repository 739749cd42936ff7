package io.gmicro.pprof;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Distributes among the samples of each thread what that thread really used, in
 * proportion to what the samples count for by themselves.
 */
final class Shares {

	private final Map<Long, Long> sampled = new HashMap<>();

	private final Set<Long> threads = new HashSet<>();

	private final Map<Long, Long> used;

	private final List<TimedSample> living;

	private final List<TimedSample> ended;

	private final int index;

	/**
	 * Compare what was sampled with what was used.
	 * @param samples the samples
	 * @param use what each thread used
	 * @param index which of the values of the samples it is
	 */
	Shares(Collection<TimedSample> samples, ThreadUse use, int index) {
		this.used = use.used();
		this.index = index;
		this.living = samples.stream().filter((sample) -> use.isAlive(sample.owner())).toList();
		this.ended = samples.stream().filter((sample) -> !use.isAlive(sample.owner())).toList();
		samples.forEach((sample) -> this.threads.add(sample.owner()));
		for (TimedSample sample : this.living) {
			this.sampled.merge(sample.owner(), valueOfLiving(sample), Long::sum);
		}
	}

	private long used(TimedSample sample) {
		return this.used.getOrDefault(sample.owner(), 0L);
	}

	/** No more than all that the thread used: a sample may tell of what was before. */
	private long valueOfLiving(TimedSample sample) {
		return Math.min(sample.values()[this.index], used(sample));
	}

	/** Gives the samples of living threads their shares. */
	void giveToLiving() {
		for (TimedSample sample : this.living) {
			long all = this.sampled.getOrDefault(sample.owner(), 0L);
			double share = (all > 0) ? (double) valueOfLiving(sample) / all : 0;
			sample.values()[this.index] = Math.round(share * used(sample));
		}
	}

	/**
	 * Gives the samples of threads that ended what those of living threads got on
	 * average.
	 * @param limit no more than this in all
	 */
	void giveToEnded(long limit) {
		long given = this.living.stream().mapToLong((sample) -> sample.values()[this.index]).sum();
		double each = this.living.isEmpty() ? Double.MAX_VALUE : (double) given / this.living.size();
		if (!this.ended.isEmpty()) {
			long value = Math.round(Math.min(each, (double) limit / this.ended.size()));
			this.ended.forEach((sample) -> sample.values()[this.index] = value);
		}
	}

	/** What living threads used, and ended ones that were never seen in a sample. */
	long known() {
		return usedWithoutSamples() + this.living.stream().mapToLong((sample) -> sample.values()[this.index]).sum();
	}

	/** What was used by threads that were never seen in a sample. */
	long usedWithoutSamples() {
		return this.used.entrySet()
			.stream()
			.filter((entry) -> !this.threads.contains(entry.getKey()))
			.mapToLong(Map.Entry::getValue)
			.sum();
	}

}
