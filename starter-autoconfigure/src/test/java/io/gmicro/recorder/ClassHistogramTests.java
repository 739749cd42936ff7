package io.gmicro.recorder;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.gmicro.jfr.ProfilingException;
import io.gmicro.profile.Frame;
import io.gmicro.profile.Profile;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Objects are counted by class.
 */
class ClassHistogramTests {

	private static final int COUNT = 100_000;

	private static final int OBJECTS = 2;

	private static final int BYTES = 3;

	@Test
	void objectsInUseAreCounted() throws ProfilingException {
		Own[] own = new Own[COUNT];
		for (int i = 0; i < COUNT; i++) {
			own[i] = new Own(i);
		}
		Map<String, long[]> counted = counted(ClassHistogram.profile(true));
		long[] objects = Objects.requireNonNull(counted.get(Own.class.getName()));
		assertThat(objects).startsWith(0, 0, COUNT);
		assertThat(objects[BYTES]).isBetween(12L * COUNT, 24L * COUNT);
		long[] arrays = Objects.requireNonNull(counted.get(Own.class.getName() + "[]"));
		assertThat(arrays[OBJECTS]).isEqualTo(1);
		assertThat(arrays[BYTES]).isGreaterThanOrEqualTo(4L * COUNT);
		assertThat(counted).containsKeys("java.lang.String", "byte[]", "int[]", "java.lang.Object[]");
		assertThat(counted.keySet()).noneMatch((name) -> name.startsWith("["));
		assertThat(own[COUNT - 1].value()).isEqualTo(COUNT - 1);
	}

	@Test
	void withoutCollectionWhatIsNoLongerInUseIsCountedToo() throws ProfilingException {
		Own[] own = new Own[COUNT];
		for (int i = 0; i < COUNT; i++) {
			own[i] = new Own(i);
		}
		Map<String, long[]> counted = counted(ClassHistogram.profile(false));
		assertThat(Objects.requireNonNull(counted.get(Own.class.getName()))[OBJECTS]).isGreaterThanOrEqualTo(COUNT);
		assertThat(own[COUNT - 1].value()).isEqualTo(COUNT - 1);
	}

	private static Map<String, long[]> counted(Profile profile) {
		Map<String, long[]> counted = new HashMap<>();
		profile.forEach((stack, labels, values) -> counted.merge(name(stack), values, (first, second) -> first));
		return counted;
	}

	private static String name(List<Frame> stack) {
		assertThat(stack).hasSize(1);
		return stack.get(0).function();
	}

	private record Own(int value) {
	}

}
