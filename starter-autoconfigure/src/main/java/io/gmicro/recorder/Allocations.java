package io.gmicro.recorder;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.gmicro.jfr.Platform;
import io.gmicro.profile.Frame;
import io.gmicro.profile.Profile;

/**
 * Makes samples of allocations add up to what the threads really allocated: a thread that
 * allocates much at once is sampled at the start of that only. Since Java 21 the JVM
 * knows what all threads allocated, so that nothing of those that ended is missing;
 * before, what a thread allocated between the last update and its end is not known.
 * Thread-safe.
 */
final class Allocations {

	static final Frame NOT_SAMPLED = Frame.named("[not sampled]");

	private static final int BYTES = 1;

	private final ThreadUsage use = ThreadUsage.ofMemory();

	private final long start = Platform.totalAllocatedBytes();

	private final List<TimedSample> samples = new ArrayList<>();

	private long given;

	synchronized void update() {
		this.use.update();
	}

	synchronized void add(TimedSample sample) {
		this.samples.add(sample);
	}

	/**
	 * Counts the samples since the last time. What living threads allocated without a
	 * sample waits for the next one, which may be theirs.
	 * @param counter what counts
	 */
	synchronized void count(Profile.SampleAction counter) {
		count(counter, false);
	}

	/**
	 * Counts everything that was allocated since the last time.
	 * @param counter what counts
	 */
	synchronized void settle(Profile.SampleAction counter) {
		count(counter, true);
	}

	private void count(Profile.SampleAction counter, boolean everything) {
		long total = Platform.totalAllocatedBytes() - this.start;
		this.use.update();
		AllocationGaps.mend(this.samples);
		Map<Long, Long> living = new HashMap<>(this.use.used());
		long ended = 0;
		for (Map.Entry<Long, Long> used : Map.copyOf(living).entrySet()) {
			if (!this.use.isAlive(used.getKey())) {
				ended += used.getValue();
				living.remove(used.getKey());
			}
		}
		if (this.start >= 0) {
			ended = Math.max(total - this.given - sum(living), 0);
		}
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

}
