package io.gmicro.recorder;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import io.gmicro.profile.Frame;

/**
 * Divides what each thread used among its samples, in proportion to their original
 * weights. If a thread used far more than its samples can represent, it was not sampled
 * all the time, and the excess is left without a sample.
 */
final class SampleWeights {

	/** Usage of threads that ended, without a sample. */
	static final Frame ENDED = Frame.named("[threads that ended]");

	private final Map<Long, List<TimedSample>> samples;

	private final Map<Long, Long> used;

	private final int index;

	private final boolean throttled;

	/**
	 * Creates weights.
	 * @param samples the samples
	 * @param used the usage by owner, as far as it is known
	 * @param index the index of the value of the samples
	 * @param throttled whether JFR skips samples, so that the others represent everything
	 * their thread used
	 */
	SampleWeights(Collection<TimedSample> samples, Map<Long, Long> used, int index, boolean throttled) {
		this.samples = samples.stream().collect(Collectors.groupingBy(TimedSample::owner));
		this.used = used;
		this.index = index;
		this.throttled = throttled;
	}

	/**
	 * Sets the value of each sample to its share.
	 * @param limit the maximum sum for the samples of threads whose usage is unknown
	 * @return the usage without a sample, by owner
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
	 * The number of samples is random: an excess of up to two standard deviations and two
	 * samples is divided among the samples, too.
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

	/** The weight of a sample is limited: it may include usage from before. */
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
