package io.gmicro.recorder;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;

import io.gmicro.profile.Frame;
import io.gmicro.profile.Profile;
import io.gmicro.testing.Waits;
import jdk.jfr.Recording;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Known waits are found with the time that they really took.
 */
class EventProfileTests {

	private static final String MONITOR = "io.gmicro.testing.Waits.enter";

	private static final String LOCK = "io.gmicro.testing.Waits.lock";

	private static final String RESULT = "io.gmicro.testing.Waits.join";

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final ForkJoinPool forkJoin = new ForkJoinPool(2);

	@AfterEach
	void stop() {
		this.threads.shutdownNow();
		this.forkJoin.shutdownNow();
	}

	@Test
	void mutexHasWaitsForLocksOnly() throws Exception {
		Map<String, Waits> waits = new HashMap<>();
		Map<String, List<long[]>> delays = delays(EventProfile.MUTEX, waits, this.threads::execute);
		assertThat(delays).containsOnlyKeys(MONITOR, LOCK);
		assertReal(delays, waits);
	}

	@Test
	void blockHasAllWaits() throws Exception {
		Map<String, Waits> waits = new HashMap<>();
		Map<String, List<long[]>> delays = delays(EventProfile.BLOCK, waits, this.threads::execute);
		assertThat(delays).containsOnlyKeys(MONITOR, LOCK, RESULT);
		assertReal(delays, waits);
	}

	@Test
	void jobsOfPoolsAreNotIdle() throws Exception {
		Map<String, Waits> waits = new HashMap<>();
		Map<String, List<long[]>> delays = delays(EventProfile.BLOCK, waits, this.forkJoin::execute);
		assertThat(delays).containsOnlyKeys(MONITOR, LOCK, RESULT);
		assertReal(delays, waits);
	}

	@ParameterizedTest
	@EnumSource(names = { "MUTEX", "BLOCK" })
	void profileOfWaitsSaysThatVirtualThreadsAreNotInIt(EventProfile kind) {
		boolean virtual = Runtime.version().feature() >= 21;
		assertThat(new String(kind.create().toByteArray(), StandardCharsets.UTF_8)
			.contains(EventProfile.NO_VIRTUAL_THREADS)).isEqualTo(virtual);
	}

	@Test
	void waitsThatNobodyAskedForAreLeftOut() throws Exception {
		try (Recording other = new Recording()) {
			other.enable("jdk.ThreadPark").withoutThreshold();
			other.enable("jdk.ObjectAllocationSample");
			other.start();
			Map<String, Waits> waits = new HashMap<>();
			Map<String, List<long[]>> delays = delays(EventProfile.MUTEX, waits, this.threads::execute);
			assertThat(delays).containsOnlyKeys(MONITOR, LOCK);
		}
	}

	/** By the method that waited. */
	private static Map<String, List<long[]>> delays(EventProfile kind, Map<String, Waits> waits, Waits.Starter starter)
			throws Exception {
		Profile profile;
		try (JfrCollector window = new JfrCollector(new EventProfileBuilder(kind, Set.of()))) {
			waits.put(MONITOR, Waits.forMonitor(starter));
			waits.put(LOCK, Waits.forLock(starter));
			waits.put(RESULT, Waits.forResult(starter));
			profile = window.finish(Duration.ofSeconds(1));
		}
		Map<String, List<long[]>> delays = new HashMap<>();
		profile.forEach((stack, labels, values) -> stack.stream()
			.map(Frame::function)
			.filter(waits::containsKey)
			.forEach((function) -> delays.computeIfAbsent(function, (added) -> new ArrayList<>()).add(values)));
		return delays;
	}

	private static void assertReal(Map<String, List<long[]>> delays, Map<String, Waits> waits) {
		delays.forEach((function, values) -> assertThat(values).as(function).singleElement().satisfies((value) -> {
			assertThat(value[0]).isEqualTo(1);
			Waits wait = Objects.requireNonNull(waits.get(function));
			assertThat(value[1]).isBetween(wait.shortest(), wait.longest());
		}));
	}

}
