package io.gmicro.recorder;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

import io.gmicro.jfr.Jfr;
import io.gmicro.jfr.Platform;
import io.gmicro.profile.Frame;
import io.gmicro.profile.Profile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.data.Percentage.withPercentage;

/**
 * Whether profiles of allocations are true: what they say is compared with what the JVM
 * charged the thread.
 */
class AllocationProfileTests {

	private static final int BYTES = 1;

	private static final int KILOBYTE = 1024;

	private static final int MEGABYTE = KILOBYTE * KILOBYTE;

	private static CumulativeProfiles cumulative;

	/**
	 * The recorder takes 150 samples a second: fewer than 600 tell shares too roughly,
	 * and on a busy machine some are missing.
	 */
	private static final long LONG_ENOUGH = TimeUnit.SECONDS.toNanos(6);

	private volatile byte[] sink = {};

	@BeforeAll
	static void count() throws IOException {
		Jfr.prepare();
		cumulative = new CumulativeProfiles();
	}

	@AfterAll
	static void stop() {
		cumulative.close();
	}

	@Test
	void windowAddsUpToWhatTheThreadAllocated() throws Exception {
		// What came before the window is no part of it
		allocate(200, MEGABYTE);
		// Compiled code, so that the window is alike from its start to its end
		allocateInThreeMethods(TimeUnit.SECONDS.toNanos(1));
		try (JfrCollector window = new JfrCollector(
				new EventProfileBuilder(EventProfile.ALLOCS, Set.of(SampleLabel.THREAD)))) {
			long charged = allocateInThreeMethods(LONG_ENOUGH);
			Profile profile = window.finish(Duration.ofSeconds(1));
			assertThat(ofThisThread(profile, (function) -> true)).isCloseTo(charged, withPercentage(10));
			double all = ofThisThread(profile, (function) -> function.contains("AllocationProfileTests"));
			assertThat(ofThisThread(profile, (function) -> function.endsWith(".half")) / all).isCloseTo(0.5,
					within(0.1));
			assertThat(ofThisThread(profile, (function) -> function.endsWith(".third")) / all).isCloseTo(0.33,
					within(0.1));
			assertThat(ofThisThread(profile, (function) -> function.endsWith(".sixth")) / all).isCloseTo(0.17,
					within(0.1));
		}
	}

	/** Only the start of it is sampled. */
	@Test
	void whatIsAllocatedAtOnceIsCountedWhole() throws Exception {
		long before = inAllocate(cumulative.get(EventProfile.ALLOCS));
		allocate(3000, MEGABYTE);
		long counted = inAllocate(cumulative.get(EventProfile.ALLOCS)) - before;
		assertThat(counted).isCloseTo(3000L * MEGABYTE, withPercentage(30));
	}

	@Test
	void countsNeverGoDown() throws Exception {
		Profile before = cumulative.get(EventProfile.ALLOCS);
		allocate(50, MEGABYTE);
		Profile after = cumulative.get(EventProfile.ALLOCS);
		after.subtract(before);
		after.forEach((stack, labels, values) -> assertThat(values[BYTES]).isNotNegative());
	}

	@Test
	@EnabledIf("endedThreadsAreCounted")
	void countsAddUpToWhatTheJvmAllocatedWhicheverThreadsEnded() throws Exception {
		Profile before = cumulative.get(EventProfile.ALLOCS);
		long jvmBefore = Platform.totalAllocatedBytes();
		long ofThreads = allocateInThreadsThatEnd();
		Profile after = cumulative.get(EventProfile.ALLOCS);
		long jvm = Platform.totalAllocatedBytes() - jvmBefore;
		after.subtract(before);
		assertThat(bytes(after, "")).isCloseTo(jvm, within(jvm / 20 + 20 * MEGABYTE));
		assertThat(bytes(after, getClass().getName()) + bytes(after, SampleWeights.ENDED.function()))
			.isCloseTo(ofThreads, within(ofThreads / 5));
	}

	@Test
	@EnabledIf("endedThreadsAreCounted")
	void windowAddsUpToWhatTheJvmAllocatedWhicheverThreadsEnded() throws Exception {
		try (JfrCollector window = new JfrCollector(new EventProfileBuilder(EventProfile.ALLOCS, Set.of()))) {
			long jvmBefore = Platform.totalAllocatedBytes();
			long ofThreads = allocateInThreadsThatEnd();
			long jvm = Platform.totalAllocatedBytes() - jvmBefore;
			Profile profile = window.finish(Duration.ofSeconds(1));
			// Reading the recording allocates as well
			assertThat(bytes(profile, "")).isCloseTo(jvm, within(jvm / 20 + 20 * MEGABYTE));
			assertThat(bytes(profile, getClass().getName()) + bytes(profile, SampleWeights.ENDED.function()))
				.isCloseTo(ofThreads, within(ofThreads / 5));
		}
	}

	static boolean endedThreadsAreCounted() {
		return Platform.totalAllocatedBytes() >= 0;
	}

	@Test
	void jvmThatDoesNotCountEndedThreadsSaysSo() throws Exception {
		String profile = new String(cumulative.get(EventProfile.ALLOCS).toByteArray(), StandardCharsets.UTF_8);
		assertThat(profile.contains(EventProfile.ENDED_UNKNOWN)).isEqualTo(Platform.totalAllocatedBytes() < 0);
	}

	/** What was not sampled once stays so, whatever is sampled later. */
	@Test
	void countsOfAllFramesNeverGoDown() throws Exception {
		Profile before = cumulative.get(EventProfile.ALLOCS);
		for (int i = 0; i < 3; i++) {
			allocateInThreadsThatEnd();
			allocate(50, MEGABYTE);
			Profile after = cumulative.get(EventProfile.ALLOCS);
			Profile difference = cumulative.get(EventProfile.ALLOCS);
			difference.subtract(before);
			difference
				.forEach((stack, labels, values) -> assertThat(values[BYTES]).as(stack.toString()).isNotNegative());
			before = after;
		}
	}

	private long allocateInThreadsThatEnd() throws InterruptedException {
		AtomicLong charged = new AtomicLong();
		for (int i = 0; i < 60; i++) {
			Thread thread = new Thread(() -> {
				allocate(4096, KILOBYTE);
				charged.addAndGet(Platform.threads().getThreadAllocatedBytes(Thread.currentThread().getId()));
			});
			thread.start();
			thread.join();
		}
		return charged.get();
	}

	private static long bytes(Profile profile, String function) {
		return sum(profile, Map.of(), (call) -> call.startsWith(function));
	}

	@Test
	void cumulativeProfileHasNoDurationAndItsTypesAreThoseOfGo() throws Exception {
		assertThat(new String(cumulative.get(EventProfile.ALLOCS).toByteArray(), StandardCharsets.UTF_8)).contains(
				"alloc_objects", "count", "alloc_space", "bytes", "inuse_objects", "inuse_space", "Counted since ");
	}

	private long allocateInThreeMethods(long nanos) {
		long thread = Thread.currentThread().getId();
		long before = Platform.threads().getThreadAllocatedBytes(thread);
		// By chance, so that no method falls into step with the blocks that the JVM hands
		// out
		Random random = new Random(1);
		long start = System.nanoTime();
		while (System.nanoTime() - start < nanos) {
			switch (random.nextInt(6)) {
				case 0, 1, 2 -> half();
				case 3, 4 -> third();
				default -> sixth();
			}
		}
		return Platform.threads().getThreadAllocatedBytes(thread) - before;
	}

	private void half() {
		allocate(40, KILOBYTE);
	}

	private void third() {
		allocate(40, KILOBYTE);
	}

	private void sixth() {
		allocate(40, KILOBYTE);
	}

	private void allocate(int count, int size) {
		for (int i = 0; i < count; i++) {
			this.sink = new byte[size];
		}
	}

	private static long ofThisThread(Profile profile, Predicate<String> function) {
		return sum(profile, Map.of("thread", Thread.currentThread().getName()), function);
	}

	private static long inAllocate(Profile profile) {
		return sum(profile, Map.of(), (function) -> function.endsWith("AllocationProfileTests.allocate"));
	}

	private static long sum(Profile profile, Map<String, String> ofLabels, Predicate<String> function) {
		long[] sum = new long[1];
		profile.forEach((stack, labels, values) -> {
			if (labels.equals(ofLabels) && stack.stream().map(Frame::function).anyMatch(function)) {
				sum[0] += values[BYTES];
			}
		});
		return sum[0];
	}

}
