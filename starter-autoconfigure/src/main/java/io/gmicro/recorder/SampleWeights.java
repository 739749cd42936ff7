package io.gmicro.recorder;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import io.gmicro.profile.Frame;

/**
 * Distributes among the samples of each thread what that thread really used, in
 * proportion to what the samples count for by themselves. A thread that used far more
 * than its samples can stand for was not sampled for a part of the time: that part stays
 * without a sample.
 */
final class SampleWeights {

	/** What threads used before they ended and no sample stands for. */
	static final Frame ENDED = Frame.named("[threads that ended]");

	private final Map<Long, List<TimedSample>> samples;

	private final Map<Long, Long> used;

	private final int index;

	private final boolean throttled;

	/**
	 * Compare what was sampled with what was used.
	 * @param samples the samples
	 * @param used what each owner used, as far as it is known
	 * @param index which of the values of the samples it is
	 * @param throttled whether samples are left out on purpose, so that the others stand
	 * for all that their thread used
	 */
	SampleWeights(Collection<TimedSample> samples, Map<Long, Long> used, int index, boolean throttled) {
		this.samples = samples.stream().collect(Collectors.groupingBy(TimedSample::owner));
		this.used = used;
		this.index = index;
		this.throttled = throttled;
	}

	/**
	 * Gives each sample its share.
	 * @param limit no more than this in all to samples of threads of which it is not
	 * known what they used
	 * @return what is left without a sample, by owner
	 */
	Map<Long, Long> give(long limit) {
		Map<Long, Long> left = new HashMap<>();
		this.used.forEach((owner, value) -> {
			List<TimedSample> ofOwner = this.samples.getOrDefault(owner, List.of());
			long given = given(ofOwner, value);
			share(ofOwner, given, value);
			left.put(owner, value - given);
		});
		List<TimedSample> unknown = this.samples.entrySet()
			.stream()
			.filter((entry) -> !this.used.containsKey(entry.getKey()))
			.flatMap((entry) -> entry.getValue().stream())
			.toList();
		share(unknown, Math.min(sum(unknown), limit), limit);
		return left;
	}

	/**
	 * How often a thread is found is a matter of chance: twice the standard deviation,
	 * and two samples more, are not taken for a part that was not sampled.
	 */
	private long given(List<TimedSample> ofOwner, long value) {
		if (ofOwner.isEmpty()) {
			return 0;
		}
		long own = sum(ofOwner);
		double chance = 2 * (Math.sqrt(ofOwner.size()) + 1) * own / ofOwner.size();
		return (this.throttled || value <= own + chance) ? value : own;
	}

	private long sum(List<TimedSample> all) {
		return all.stream().mapToLong((sample) -> sample.values()[this.index]).sum();
	}

	/** A sample weighs no more than all: it may tell of what was before. */
	private void share(List<TimedSample> among, long value, long all) {
		double weights = among.stream().mapToDouble((sample) -> weight(sample, all)).sum();
		long left = value;
		for (TimedSample sample : among) {
			double weight = weight(sample, all);
			long share = Math.round(left * (weight / weights));
			sample.values()[this.index] = share;
			left -= share;
			weights -= weight;
		}
	}

	private double weight(TimedSample sample, long all) {
		return Math.max(Math.min(sample.values()[this.index], all), 1);
	}

}
