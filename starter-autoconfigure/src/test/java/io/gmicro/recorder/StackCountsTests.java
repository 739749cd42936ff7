package io.gmicro.recorder;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.gmicro.profile.Frame;
import io.gmicro.profile.Profile;
import io.gmicro.profile.ValueType;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is counted is bounded, and never becomes less.
 */
class StackCountsTests {

	private final StackCounts counts = new StackCounts();

	@Test
	void sameStackIsCountedOnce() {
		this.counts.add(stack(1), new long[] { 1, 10 });
		this.counts.add(stack(1), new long[] { 2, 20 });
		this.counts.add(stack(2), new long[] { 4, 40 });
		assertThat(counted()).hasSize(2)
			.containsEntry(stack(1), List.of(3L, 30L))
			.containsEntry(stack(2), List.of(4L, 40L));
	}

	@Test
	void valuesAreNotShared() {
		long[] values = { 1, 10 };
		this.counts.add(stack(1), values);
		values[0] = 99;
		assertThat(counted()).containsEntry(stack(1), List.of(1L, 10L));
	}

	@Test
	void stacksPastTheBoundShareOneAndNothingIsLost() {
		int added = StackCounts.MAX_STACKS + 500;
		for (int i = 0; i < added; i++) {
			this.counts.add(stack(i), new long[] { 1, 10 });
		}
		Map<List<Frame>, List<Long>> counted = counted();
		assertThat(counted).hasSize(StackCounts.MAX_STACKS + 1).containsEntry(StackCounts.OTHER, List.of(500L, 5000L));
		assertThat(counted.values().stream().mapToLong((values) -> values.get(0)).sum()).isEqualTo(added);
		this.counts.add(stack(0), new long[] { 1, 10 });
		this.counts.add(stack(added), new long[] { 1, 10 });
		assertThat(counted()).hasSize(StackCounts.MAX_STACKS + 1)
			.containsEntry(stack(0), List.of(2L, 20L))
			.containsEntry(StackCounts.OTHER, List.of(501L, 5010L));
	}

	@Test
	void differenceOfTwoProfilesIsWhatHappenedBetweenThem() {
		for (int i = 0; i < StackCounts.MAX_STACKS; i++) {
			this.counts.add(stack(i), new long[] { 1, 10 });
		}
		Profile before = profile();
		this.counts.add(stack(3), new long[] { 1, 7 });
		this.counts.add(stack(-1), new long[] { 1, 9 });
		Profile difference = profile();
		difference.subtract(before);
		assertThat(samples(difference)).hasSize(2)
			.containsEntry(stack(3), List.of(1L, 7L))
			.containsEntry(StackCounts.OTHER, List.of(1L, 9L));
	}

	private static List<Frame> stack(int line) {
		return List.of(new Frame("a.B.c", "()V", "a/B.java", line), new Frame("a.B.main", "()V", "a/B.java", 1));
	}

	private Profile profile() {
		Profile profile = new Profile(new ValueType("n", "count"), new ValueType("delay", "nanoseconds"));
		this.counts.addTo(profile);
		return profile;
	}

	private Map<List<Frame>, List<Long>> counted() {
		return samples(profile());
	}

	private static Map<List<Frame>, List<Long>> samples(Profile profile) {
		Map<List<Frame>, List<Long>> samples = new HashMap<>();
		profile.forEach((stack, labels, values) -> samples.put(stack, List.of(values[0], values[1])));
		return samples;
	}

}
