package io.gmicro.recorder;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import java.util.zip.Deflater;

import io.gmicro.jfr.Jfr;
import io.gmicro.jfr.Platform;
import io.gmicro.profile.Frame;
import io.gmicro.profile.Profile;
import io.gmicro.testing.Container;
import io.gmicro.testing.TestServer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * Processor time that was not sampled is given to no method. All is measured in processor
 * time, so that it does not matter how much of the machine the test gets.
 */
class UnsampledCpuTests {

	private static final int NANOS = 1;

	/** The window ends a moment after the test has looked. */
	private static final long EDGES = TimeUnit.MILLISECONDS.toNanos(50);

	private static final String COMPRESS = Work.class.getName() + ".compress";

	private static final String SHORT = Work.class.getName() + ".runShortly";

	@BeforeAll
	static void recorder() throws IOException {
		Jfr.prepare();
	}

	static Stream<CpuSource> sources() {
		return CpuCollectorTests.sources();
	}

	@Test
	void nativeCodeIsNotGivenToTheMethodAroundIt() throws Exception {
		Work work = new Work();
		CountDownLatch compressed = new CountDownLatch(1);
		CountDownLatch end = new CountDownLatch(1);
		Thread compressor = new Thread(() -> {
			work.compress(TimeUnit.SECONDS.toNanos(2));
			compressed.countDown();
			awaitUninterrupted(end);
		}, "compressor");
		try (JfrCollector window = new JfrCollector(
				new CpuProfileBuilder(CpuSource.EXECUTION, CpuSamples.PERIOD, Set.of(SampleLabel.THREAD)))) {
			long start = System.nanoTime();
			compressor.start();
			compressed.await();
			Profile profile = window.finish(Duration.ofNanos(System.nanoTime() - start));
			double charged = work.charged();
			assertThat(sum(profile, COMPRESS) / charged).isLessThan(0.5);
			assertThat(sum(profile, CpuSamples.NOT_SAMPLED.function(), Map.of("thread", "compressor")) / charged)
				.isBetween(0.5, 1.05);
		}
		finally {
			end.countDown();
			compressor.join();
		}
	}

	@Test
	void nativeCodeHasTheRouteThatItWasSeenIn() throws Exception {
		try (TestServer server = TestServer.start(Container.TOMCAT, Application.class, "gmicro.metrics.enabled=true",
				"gmicro.pprof.enabled=true", "server.tomcat.threads.max=1")) {
			// So that it is not the start of everything that is measured
			server.get("/java");
			server.get("/native");
			try (JfrCollector window = new JfrCollector(
					new CpuProfileBuilder(CpuSource.EXECUTION, CpuSamples.PERIOD, Set.of(SampleLabel.ROUTE)))) {
				long start = System.nanoTime();
				for (int i = 0; i < 3; i++) {
					assertThat(server.get("/java").statusCode()).isEqualTo(200);
					assertThat(server.get("/native").statusCode()).isEqualTo(200);
				}
				Profile profile = window.finish(Duration.ofNanos(System.nanoTime() - start));
				String unsampled = CpuSamples.NOT_SAMPLED.function();
				long ofNative = sum(profile, unsampled, Map.of("route", "/native"));
				assertThat(ofNative).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(700));
				assertThat(sum(profile, unsampled, Map.of("route", "/java"))).isLessThan(ofNative / 4);
			}
		}
	}

	@ParameterizedTest
	@MethodSource("sources")
	void threadsThatEndedKeepTheirTime(CpuSource source) throws Exception {
		Work work = new Work();
		try (JfrCollector window = new JfrCollector(new CpuProfileBuilder(source, CpuSamples.PERIOD, Set.of()))) {
			long before = Platform.processCpuTime();
			long start = System.nanoTime();
			work.inThreads(60, TimeUnit.MILLISECONDS.toNanos(35));
			long process = Platform.processCpuTime() - before;
			Profile profile = window.finish(Duration.ofNanos(System.nanoTime() - start));
			assertThat(sum(profile, "")).isCloseTo(process, within(process / 20 + EDGES));
			assertThat(sum(profile, SHORT) + sum(profile, SampleWeights.ENDED.function())).isCloseTo(work.charged(),
					within(work.charged() / 10));
			if (source == CpuSource.CPU_TIME) {
				assertThat((double) sum(profile, SHORT) / work.charged()).isGreaterThan(0.7);
			}
		}
	}

	/**
	 * The recorder has no sample of most of them. Their load counts from when they were
	 * created, which is a part of so short a life before their start is recorded.
	 */
	@ParameterizedTest
	@MethodSource("sources")
	void threadsThatEndedAtOnceAreNotTheJvm(CpuSource source) throws Exception {
		Work work = new Work();
		try (JfrCollector window = new JfrCollector(new CpuProfileBuilder(source, CpuSamples.PERIOD, Set.of()))) {
			long start = System.nanoTime();
			work.inThreads(300, TimeUnit.MILLISECONDS.toNanos(3));
			Profile profile = window.finish(Duration.ofNanos(System.nanoTime() - start));
			assertThat(sum(profile, SHORT) + sum(profile, SampleWeights.ENDED.function())).isCloseTo(work.charged(),
					within(work.charged() / 4));
		}
	}

	@ParameterizedTest
	@MethodSource("sources")
	void threadThatBeganBeforeTheWindowAndEndedInIt(CpuSource source) throws Exception {
		Work before = new Work();
		Work within = new Work();
		CountDownLatch began = new CountDownLatch(1);
		CountDownLatch open = new CountDownLatch(1);
		NativeThread ofThread = new NativeThread();
		Thread thread = new Thread(() -> {
			before.runShortly(TimeUnit.MILLISECONDS.toNanos(300));
			ofThread.isThis();
			began.countDown();
			awaitUninterrupted(open);
			within.runShortly(TimeUnit.MILLISECONDS.toNanos(500));
		});
		thread.start();
		began.await();
		try (JfrCollector window = new JfrCollector(new CpuProfileBuilder(source, CpuSamples.PERIOD, Set.of()))) {
			long start = System.nanoTime();
			open.countDown();
			thread.join();
			ofThread.awaitEnd();
			Profile profile = window.finish(Duration.ofNanos(System.nanoTime() - start));
			assertThat(sum(profile, SHORT) + sum(profile, SampleWeights.ENDED.function())).isCloseTo(within.charged(),
					within(within.charged() / 4));
		}
	}

	/** The JVM starts and ends its compilers as it needs them. */
	@ParameterizedTest
	@MethodSource("sources")
	void compilerThatEndsTakesNothingFromThreadsThatEnd(CpuSource source) throws Exception {
		Work before = new Work();
		Work within = new Work();
		CountDownLatch began = new CountDownLatch(1);
		CountDownLatch open = new CountDownLatch(1);
		CountDownLatch half = new CountDownLatch(1);
		CountDownLatch compiled = new CountDownLatch(1);
		NativeThread ofThread = new NativeThread();
		NativeThread ofCompiler = new NativeThread();
		Thread thread = new Thread(() -> {
			before.runShortly(TimeUnit.MILLISECONDS.toNanos(50));
			ofThread.isThis();
			began.countDown();
			awaitUninterrupted(open);
			within.runShortly(TimeUnit.MILLISECONDS.toNanos(250));
			half.countDown();
			awaitUninterrupted(compiled);
			within.runShortly(TimeUnit.MILLISECONDS.toNanos(250));
		});
		thread.start();
		began.await();
		try (JfrCollector window = new JfrCollector(new CpuProfileBuilder(source, CpuSamples.PERIOD, Set.of()))) {
			long start = System.nanoTime();
			open.countDown();
			half.await();
			ThreadGroup system = Thread.currentThread().getThreadGroup();
			while (system.getParent() != null) {
				system = system.getParent();
			}
			Thread compiler = new Thread(system, () -> {
				ofCompiler.isThis();
				new Work().calculate(50_000_000);
			}, "C2 CompilerThread7");
			compiler.start();
			compiler.join();
			ofCompiler.awaitEnd();
			compiled.countDown();
			thread.join();
			ofThread.awaitEnd();
			Profile profile = window.finish(Duration.ofNanos(System.nanoTime() - start));
			assertThat(sum(profile, SHORT) + sum(profile, SampleWeights.ENDED.function())).isCloseTo(within.charged(),
					within(within.charged() / 4));
		}
	}

	private static void awaitUninterrupted(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static long sum(Profile profile, String function) {
		return sum(profile, function, Map.of());
	}

	private static long sum(Profile profile, String function, Map<String, String> ofLabels) {
		long[] sum = new long[1];
		profile.forEach((stack, labels, values) -> {
			if (labels.entrySet().containsAll(ofLabels.entrySet())
					&& stack.stream().map(Frame::function).anyMatch((call) -> call.startsWith(function))) {
				sum[0] += values[NANOS];
			}
		});
		return sum[0];
	}

	/**
	 * A thread of the operating system. The JVM records the end of a thread after others
	 * see it as ended, and before the operating system does.
	 */
	static final class NativeThread {

		private static final Path PROC = Path.of("/proc");

		private volatile @Nullable Path task;

		void isThis() {
			try {
				this.task = PROC.resolve(Files.readSymbolicLink(PROC.resolve("thread-self")));
			}
			catch (IOException ex) {
				// Only Linux has it
			}
		}

		void awaitEnd() {
			Path ended = this.task;
			if (ended != null) {
				Awaitility.await().until(() -> Files.notExists(ended));
			}
		}

	}

	/**
	 * Uses the processor and knows how much it did.
	 */
	static final class Work {

		private static final ThreadMXBean times = ManagementFactory.getThreadMXBean();

		private final AtomicLong charged = new AtomicLong();

		private volatile double sink;

		long charged() {
			return this.charged.get();
		}

		/** Hardly any of it is in Java code. */
		void compress(long nanos) {
			byte[] data = new byte[100_000];
			new Random(1).nextBytes(data);
			for (int i = 0; i < data.length; i++) {
				data[i] &= 15;
			}
			byte[] out = new byte[data.length];
			Deflater deflater = new Deflater();
			long start = times.getCurrentThreadCpuTime();
			while (times.getCurrentThreadCpuTime() - start < nanos) {
				for (int i = 0; i < 5; i++) {
					deflater.reset();
					deflater.setInput(data);
					deflater.finish();
					deflater.deflate(out);
				}
				calculate(50_000);
			}
			deflater.end();
			this.charged.addAndGet(times.getCurrentThreadCpuTime() - start);
		}

		void inThreads(int count, long nanosEach) throws InterruptedException {
			for (int started = 0; started < count; started += 3) {
				List<Thread> threads = new ArrayList<>();
				for (int i = 0; i < 3; i++) {
					threads.add(new Thread(() -> runShortly(nanosEach)));
				}
				threads.forEach(Thread::start);
				for (Thread thread : threads) {
					thread.join();
				}
			}
		}

		void runShortly(long nanos) {
			long start = times.getCurrentThreadCpuTime();
			while (times.getCurrentThreadCpuTime() - start < nanos) {
				calculate(50_000);
			}
			this.charged.addAndGet(times.getCurrentThreadCpuTime() - start);
		}

		void calculate(int rounds) {
			double value = 1;
			for (int i = 0; i < rounds; i++) {
				value = Math.sqrt(value + i);
			}
			this.sink = value;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Routes.class)
	static class Application {

	}

	@RestController
	static class Routes {

		private final Work work = new Work();

		@GetMapping("/native")
		String compress() {
			this.work.compress(TimeUnit.MILLISECONDS.toNanos(700));
			return "";
		}

		@GetMapping("/java")
		String run() {
			this.work.runShortly(TimeUnit.MILLISECONDS.toNanos(20));
			return "";
		}

	}

}
