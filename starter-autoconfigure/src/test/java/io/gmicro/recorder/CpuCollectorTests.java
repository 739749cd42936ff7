package io.gmicro.recorder;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.gmicro.jfr.Jfr;
import io.gmicro.jfr.Platform;
import io.gmicro.profile.Frame;
import io.gmicro.profile.Profile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * Whether a profile of the processor is true: what it says is compared with what the
 * operating system charged.
 */
class CpuCollectorTests {

	private static final int NANOS = 1;

	/** The window ends a moment after the test has looked. */
	private static final long EDGES = TimeUnit.MILLISECONDS.toNanos(50);

	private static final long PERIOD = TimeUnit.MILLISECONDS.toNanos(10);

	/** However much of the machine the test gets. */
	private static final Duration ENOUGH_SAMPLES = Duration.ofSeconds(7);

	@BeforeAll
	static void recorder() throws IOException {
		Jfr.prepare();
	}

	static Stream<CpuSource> sources() {
		return (CpuSource.best() == CpuSource.CPU_TIME) ? Stream.of(CpuSource.values())
				: Stream.of(CpuSource.EXECUTION);
	}

	static Stream<Arguments> sourcesAndThreads() {
		return sources()
			.flatMap((source) -> IntStream.of(1, 2, 4, 8, 16).mapToObj((threads) -> Arguments.of(source, threads)));
	}

	@ParameterizedTest
	@MethodSource("sourcesAndThreads")
	void addsUpToTheProcessorTimeOfTheProcess(CpuSource source, int threads) throws Exception {
		try (Burners burners = Burners.start(threads)) {
			try (JfrCollector window = new JfrCollector(new CpuProfileBuilder(source, CpuSamples.PERIOD, Set.of()))) {
				long before = Platform.processCpuTime();
				long start = System.nanoTime();
				burners.burn(Duration.ofMillis(1500), window);
				long charged = Platform.processCpuTime() - before;
				long ofBurners = burners.charged();
				Profile profile = window.finish(Duration.ofNanos(System.nanoTime() - start));
				// They go on until the window has ended
				long most = Platform.processCpuTime() - before;
				burners.count();
				assertThat(sum(profile, (function) -> true)).isBetween(charged - charged / 20 - EDGES,
						most + most / 20 + EDGES);
				// Of what a thread used, the part since its last sample is not known
				long unknown = ofBurners / 20 + threads * PERIOD;
				assertThat(sum(profile, CpuCollectorTests::isOfBurner)).isBetween(ofBurners - unknown,
						burners.charged() + unknown);
			}
		}
	}

	@ParameterizedTest
	@MethodSource("sources")
	void eachMethodHasItsShare(CpuSource source) throws Exception {
		try (Burners burners = Burners.start(2)) {
			try (JfrCollector window = new JfrCollector(new CpuProfileBuilder(source, CpuSamples.PERIOD, Set.of()))) {
				long start = System.nanoTime();
				burners.burnUntilCharged(ENOUGH_SAMPLES, window);
				Profile profile = window.finish(Duration.ofNanos(System.nanoTime() - start));
				double all = sum(profile, (function) -> function.contains("Burners."));
				for (int method = 0; method < 3; method++) {
					String name = Burners.METHODS.get(method);
					double share = sum(profile, (function) -> function.endsWith(name)) / all;
					assertThat(share).as(name).isCloseTo(burners.share(method), within(0.05));
				}
			}
		}
	}

	/**
	 * However seldom the recorder comes to look.
	 */
	@ParameterizedTest
	@MethodSource("sources")
	void javaCodeKeepsItsTimeOnABusyMachine(CpuSource source) throws Exception {
		try (Burners burners = Burners.start(4)) {
			try (JfrCollector window = new JfrCollector(new CpuProfileBuilder(source, CpuSamples.PERIOD, Set.of()))) {
				long start = System.nanoTime();
				burners.burnUntilCharged(ENOUGH_SAMPLES, window);
				Profile profile = window.finish(Duration.ofNanos(System.nanoTime() - start));
				double ofMethods = sum(profile, (function) -> function.contains("Burners."));
				assertThat(ofMethods / burners.charged()).isBetween(0.9, 1.1);
			}
		}
	}

	/**
	 * They have no account of their own: that of the threads they run on is shared out.
	 */
	@ParameterizedTest
	@MethodSource("sources")
	@EnabledForJreRange(min = JRE.JAVA_21)
	void virtualThreadsHaveWhatTheirCarriersUsed(CpuSource source) throws Exception {
		try (Burners burners = Burners.startVirtual(4)) {
			try (JfrCollector window = new JfrCollector(new CpuProfileBuilder(source, CpuSamples.PERIOD, Set.of()))) {
				long before = Platform.processCpuTime();
				long start = System.nanoTime();
				burners.burn(Duration.ofMillis(1500), window);
				long charged = Platform.processCpuTime() - before;
				Profile profile = window.finish(Duration.ofNanos(System.nanoTime() - start));
				assertThat(sum(profile, (function) -> true)).isCloseTo(charged, within(charged / 20 + EDGES));
				long jvm = sum(profile, CpuSamples.JVM.function()::equals);
				assertThat((double) sum(profile, (function) -> function.contains("Burners.")) / (charged - jvm))
					.isGreaterThan(0.75);
			}
		}
	}

	private static boolean isOfBurner(String function) {
		return function.contains("Burners.") || function.equals(CpuSamples.NOT_SAMPLED.function());
	}

	private static long sum(Profile profile, Predicate<String> function) {
		long[] sum = new long[1];
		profile.forEach((stack, labels, values) -> {
			if (stack.stream().map(Frame::function).anyMatch(function)) {
				sum[0] += values[NANOS];
			}
		});
		return sum[0];
	}

	/**
	 * Threads that do nothing but use the processor, in three methods, and know how much
	 * each used.
	 */
	private static final class Burners implements AutoCloseable {

		static final List<String> METHODS = List.of("Burners.half", "Burners.third", "Burners.sixth");

		private static final ThreadMXBean times = ManagementFactory.getThreadMXBean();

		private final AtomicLongArray used = new AtomicLongArray(METHODS.size());

		private final List<Thread> threads = new ArrayList<>();

		private final CountDownLatch end = new CountDownLatch(1);

		private volatile double sink;

		private final Map<Long, Long> before = new HashMap<>();

		private long charged;

		static Burners start(int count) {
			Burners burners = new Burners();
			for (int i = 0; i < count; i++) {
				Thread thread = new Thread(burners::run, "burner-" + i);
				thread.start();
				burners.threads.add(thread);
			}
			return burners;
		}

		static Burners startVirtual(int count) throws ReflectiveOperationException {
			Burners burners = new Burners();
			for (int i = 0; i < count; i++) {
				burners.threads.add((Thread) Thread.class.getMethod("startVirtualThread", Runnable.class)
					.invoke(null, (Runnable) burners::runVirtual));
			}
			return burners;
		}

		void burn(Duration duration, JfrCollector window) throws InterruptedException {
			begin();
			for (long passed = 0; passed < duration.toMillis(); passed += 500) {
				burnOn(window);
			}
		}

		void burnUntilCharged(Duration cpu, JfrCollector window) throws InterruptedException {
			begin();
			while (this.charged < cpu.toNanos()) {
				burnOn(window);
			}
		}

		private void begin() {
			for (int method = 0; method < METHODS.size(); method++) {
				this.used.set(method, 0);
			}
			this.threads.forEach((thread) -> this.before.put(thread.getId(), times.getThreadCpuTime(thread.getId())));
		}

		private void burnOn(JfrCollector window) throws InterruptedException {
			this.end.await(500, TimeUnit.MILLISECONDS);
			window.tick();
			count();
		}

		private void count() {
			this.charged = this.threads.stream()
				.mapToLong((thread) -> times.getThreadCpuTime(thread.getId())
						- this.before.getOrDefault(thread.getId(), 0L))
				.sum();
		}

		long charged() {
			return this.charged;
		}

		double share(int method) {
			long all = IntStream.range(0, METHODS.size()).mapToLong(this.used::get).sum();
			return (double) this.used.get(method) / all;
		}

		private void run() {
			while (this.end.getCount() > 0) {
				long start = times.getCurrentThreadCpuTime();
				half();
				long afterHalf = times.getCurrentThreadCpuTime();
				third();
				long afterThird = times.getCurrentThreadCpuTime();
				sixth();
				this.used.addAndGet(0, afterHalf - start);
				this.used.addAndGet(1, afterThird - afterHalf);
				this.used.addAndGet(2, times.getCurrentThreadCpuTime() - afterThird);
			}
		}

		/** Nobody keeps account of what a virtual thread uses. */
		private void runVirtual() {
			while (this.end.getCount() > 0) {
				half();
				third();
				sixth();
			}
		}

		private void half() {
			double value = 1;
			for (int i = 0; i < 6_000_000; i++) {
				value = Math.sqrt(value + i);
			}
			this.sink = value;
		}

		private void third() {
			double value = 2;
			for (int i = 0; i < 4_000_000; i++) {
				value = Math.sqrt(value + i);
			}
			this.sink = value;
		}

		private void sixth() {
			double value = 3;
			for (int i = 0; i < 2_000_000; i++) {
				value = Math.sqrt(value + i);
			}
			this.sink = value;
		}

		@Override
		public void close() throws InterruptedException {
			this.end.countDown();
			for (Thread thread : this.threads) {
				thread.join();
			}
		}

	}

}
