package io.gmicro.scrape;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Collectors that fail in every way there is.
 */
@ExtendWith(OutputCaptureExtension.class)
class CollectorGuardTests {

	private static final Duration NEVER = Duration.ofMinutes(1);

	private static final Duration SOON = Duration.ofMillis(50);

	private final Counter errors = new SimpleMeterRegistry().counter("errors");

	private final InspectableRegistry registry = new InspectableRegistry();

	private final CountDownLatch released = new CountDownLatch(1);

	private final List<CollectorGuard> guards = new ArrayList<>();

	@AfterEach
	void close() {
		this.released.countDown();
		this.guards.forEach(CollectorGuard::close);
	}

	@Test
	void whenAllIsWellEverythingIsCollected() throws Exception {
		this.registry.register(collector("a", () -> gauge("a", 1)));
		this.registry.register(multiCollector(() -> MetricSnapshots.of(gauge("b", 1), gauge("c", Double.NaN))));
		CollectorGuard guard = guard(this.registry, NEVER);
		assertThat(names(guard.collect(null))).containsExactly("a", "b", "c");
		assertThat(names(guard.collect((name) -> name.equals("c")))).containsExactly("c");
		assertThat(names(guard.collect((name) -> name.equals("a")))).containsExactly("a");
		assertThat(names(guard.collect((name) -> name.equals("none")))).isEmpty();
		assertThat(this.errors.count()).isZero();
	}

	static Stream<Supplier<MetricSnapshot>> failures() {
		return Stream.of(() -> {
			throw new IllegalStateException("planned");
		}, () -> {
			throw new StackOverflowError("planned");
		}, () -> {
			throw new OutOfMemoryError("planned");
		}, CollectorGuardTests::stackOverflow, () -> counter("bad", -1));
	}

	@ParameterizedTest
	@MethodSource("failures")
	void whenCollectorThrowsOnlyItsMetricsAreMissing(Supplier<MetricSnapshot> failure) throws Exception {
		this.registry.register(collector("a", () -> gauge("a", 1)));
		this.registry.register(collector("bad", failure));
		this.registry.register(multiCollector(() -> MetricSnapshots.of(failure.get())));
		this.registry.register(collector("z", () -> gauge("z", 1)));
		assertThat(names(guard(this.registry, NEVER).collect(null))).containsExactly("a", "z");
		assertThat(this.errors.count()).isEqualTo(2);
	}

	@Test
	void whenFunctionOfAMeterThrowsOnlyItsMetricsAreMissing() throws Exception {
		PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT, this.registry,
				Clock.SYSTEM);
		meters.counter("good").increment();
		FunctionCounter.builder("bad", this, (test) -> {
			throw new IllegalStateException("planned");
		}).register(meters);
		assertThat(names(guard(this.registry, NEVER).collect(null))).containsExactly("good");
		assertThat(this.errors.count()).isEqualTo(1);
		meters.close();
	}

	@Test
	void whenTwoCollectorsDisagreeOnAFamilyOneIsKept() throws Exception {
		this.registry.register(multiCollector(() -> MetricSnapshots.of(gauge("taken", 1), gauge("a", 1))));
		this.registry.register(multiCollector(() -> MetricSnapshots.of(counter("taken", 1), gauge("b", 1))));
		assertThat(names(guard(this.registry, NEVER).collect(null))).containsExactly("a", "b", "taken");
		assertThat(this.errors.count()).isEqualTo(1);
	}

	@Test
	void logNamesWhatFailedOnceAMinute(CapturedOutput output) throws Exception {
		this.registry.register(collector("broken_one", () -> {
			throw new IllegalStateException("planned");
		}));
		this.registry.register(collector("z", () -> gauge("z", 1)));
		CollectorGuard guard = guard(this.registry, NEVER);
		for (int i = 0; i < 10; i++) {
			guard.collect(null);
		}
		assertThat(this.errors.count()).isEqualTo(10);
		assertThat(output.getAll().split("broken_one", -1)).hasSize(2);
	}

	@Test
	void whenCollectorBlocksTheOthersAreServedAndItIsPassedOverUntilItAnswers() throws Exception {
		AtomicInteger calls = new AtomicInteger();
		this.registry.register(collector("a", () -> gauge("a", 1)));
		this.registry.register(collector("blocking", () -> {
			calls.incrementAndGet();
			awaitRelease();
			return gauge("blocking", 1);
		}));
		this.registry.register(collector("z", () -> gauge("z", 1)));
		CollectorGuard guard = guard(this.registry, SOON);
		for (int i = 1; i <= 5; i++) {
			assertThat(names(guard.collect(null))).containsExactly("a", "z");
			assertThat(this.errors.count()).isEqualTo(i);
		}
		assertThat(calls).hasValue(1);
		this.released.countDown();
		Awaitility.await()
			.untilAsserted(() -> assertThat(names(guard.collect(null))).containsExactly("a", "blocking", "z"));
	}

	@Test
	void whenVeryManyBlockThreadsAreBounded() throws Exception {
		int maxThreads = 2 + 32;
		AtomicInteger calls = new AtomicInteger();
		for (int i = 0; i < 2 * maxThreads; i++) {
			String name = "blocking_" + i;
			this.registry.register(collector(name, () -> {
				calls.incrementAndGet();
				awaitRelease();
				return gauge(name, 1);
			}));
		}
		CollectorGuard guard = guard(this.registry, Duration.ofMillis(1));
		// A thread that has not begun in time holds nothing, so it may take several
		// scrapes
		Awaitility.await().untilAsserted(() -> {
			assertThat(guard.collect(null)).isNull();
			assertThat(calls).hasValue(maxThreads);
		});
		for (int i = 0; i < 3; i++) {
			assertThat(guard.collect(null)).isNull();
		}
		assertThat(calls).hasValue(maxThreads);
		this.released.countDown();
		Awaitility.await().untilAsserted(() -> assertThat(names(guard.collect(null))).hasSize(2 * maxThreads));
	}

	@Test
	void whenClosedNoThreadIsLeft() throws Exception {
		this.registry.register(collector("a", () -> gauge("a", 1)));
		this.registry.register(collector("blocking", () -> {
			awaitRelease();
			return gauge("blocking", 1);
		}));
		List<Thread> others = List.copyOf(helpers());
		CollectorGuard guard = guard(this.registry, SOON);
		guard.collect(null);
		assertThat(helpers()).anyMatch((helper) -> !others.contains(helper));
		guard.close();
		Awaitility.await().untilAsserted(() -> assertThat(helpers()).isSubsetOf(others));
	}

	@Test
	void whenRegistryDoesNotTellItsCollectorsNothingIsServedOfAFailingOne() throws Exception {
		PrometheusRegistry plain = new PrometheusRegistry();
		plain.register(collector("a", () -> gauge("a", 1)));
		CollectorGuard guard = guard(plain, NEVER);
		assertThat(names(guard.collect(null))).containsExactly("a");
		plain.register(collector("bad", () -> {
			throw new IllegalStateException("planned");
		}));
		assertThat(guard.collect(null)).isNull();
		assertThat(this.errors.count()).isEqualTo(1);
	}

	@Test
	void whatIsUnregisteredIsNotCollected() throws Exception {
		Collector collector = collector("a", () -> gauge("a", 1));
		MultiCollector multiCollector = multiCollector(() -> MetricSnapshots.of(gauge("b", 1)));
		CollectorGuard guard = guard(this.registry, NEVER);
		this.registry.register(collector);
		this.registry.register(multiCollector);
		this.registry.unregister(collector);
		this.registry.unregister(multiCollector);
		assertThat(names(guard.collect(null))).isEmpty();
		this.registry.register(collector);
		this.registry.clear();
		assertThat(names(guard.collect(null))).isEmpty();
	}

	/** Cannot be started: newer JDKs do not ask an overridden {@code start}. */
	private static Thread ended() {
		Thread thread = new Thread(() -> {
		});
		thread.start();
		try {
			thread.join();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
		return thread;
	}

	static Stream<ThreadFactory> unableToCreateThreads() {
		return Stream.of((task) -> {
			throw new OutOfMemoryError("unable to create native thread");
		}, (task) -> ended(), (task) -> {
			throw new SecurityException("planned");
		});
	}

	@ParameterizedTest
	@MethodSource("unableToCreateThreads")
	void whenNoThreadCanBeCreatedTheCallingOneCollects(ThreadFactory threads, CapturedOutput output) throws Exception {
		List<Thread> collectedBy = new ArrayList<>();
		this.registry.register(collector("a", () -> {
			collectedBy.add(Thread.currentThread());
			return gauge("a", 1);
		}));
		this.registry.register(collector("z", () -> gauge("z", 1)));
		CollectorGuard guard = guard(this.registry, NEVER, threads);
		for (int i = 1; i <= 6; i++) {
			assertThat(names(guard.collect(null))).containsExactly("a", "z");
			assertThat(this.errors.count()).isEqualTo(i);
		}
		assertThat(collectedBy).hasSize(6).containsOnly(Thread.currentThread());
		assertThat(output.getAll()).containsOnlyOnce("A scrape has no helper thread");
	}

	@Test
	void whenNoThreadCanBeCreatedACollectorThatThrowsCostsOnlyItsMetrics() throws Exception {
		this.registry.register(collector("a", () -> gauge("a", 1)));
		this.registry.register(collector("bad", () -> {
			throw new OutOfMemoryError("planned");
		}));
		this.registry.register(collector("z", () -> gauge("z", 1)));
		CollectorGuard guard = guard(this.registry, NEVER, unableToCreateThreads().toList().get(0));
		assertThat(names(guard.collect(null))).containsExactly("a", "z");
		assertThat(this.errors.count()).isEqualTo(2);
	}

	@Test
	void whenNoThreadCanBeCreatedACollectorThatBlocksHoldsThatRequestOnly() throws Exception {
		this.registry.register(collector("a", () -> gauge("a", 1)));
		CountDownLatch within = new CountDownLatch(1);
		this.registry.register(collector("blocking", () -> {
			within.countDown();
			awaitRelease();
			return gauge("blocking", 1);
		}));
		CollectorGuard guard = guard(this.registry, SOON, unableToCreateThreads().toList().get(0));
		FutureTask<List<String>> held = new FutureTask<>(() -> names(guard.collect(null)));
		new Thread(held).start();
		within.await();
		long began = System.nanoTime();
		Awaitility.await().until(() -> System.nanoTime() - began > SOON.toNanos());
		assertThat(names(guard.collect(null))).containsExactly("a");
		assertThat(held.isDone()).isFalse();
		this.released.countDown();
		assertThat(held.get(20, TimeUnit.SECONDS)).containsExactly("a", "blocking");
		assertThat(names(guard.collect(null))).containsExactly("a", "blocking");
	}

	@Test
	void whenTheSecondHelperCannotBeCreatedTheCallingThreadGoesOn() throws Exception {
		this.registry.register(collector("a", () -> gauge("a", 1)));
		this.registry.register(collector("blocking", () -> {
			awaitRelease();
			return gauge("blocking", 1);
		}));
		this.registry.register(collector("z", () -> gauge("z", 1)));
		AtomicInteger created = new AtomicInteger();
		CollectorGuard guard = guard(this.registry, SOON, (task) -> {
			if (created.getAndIncrement() > 0) {
				throw new OutOfMemoryError("unable to create native thread");
			}
			return new Thread(task, "gmicro-scrape-only");
		});
		for (int i = 0; i < 3; i++) {
			assertThat(names(guard.collect(null))).containsExactly("a", "z");
		}
		this.released.countDown();
		Awaitility.await()
			.untilAsserted(() -> assertThat(names(guard.collect(null))).containsExactly("a", "blocking", "z"));
	}

	@Test
	void whenAHelperNeverBeginsTheScrapeEnds() throws Exception {
		this.registry.register(collector("a", () -> gauge("a", 1)));
		CollectorGuard guard = guard(this.registry, SOON, (task) -> new Thread(() -> {
		}));
		assertThat(guard.collect(null)).isNull();
		assertThat(this.errors.count()).isEqualTo(1);
	}

	@Test
	void whenAHelperDiesAnotherGoesOnBehindIt() throws Exception {
		AtomicBoolean failing = new AtomicBoolean();
		this.registry.register(collector("a", () -> gauge("a", 1)));
		this.registry.register(new Collector() {

			@Override
			public MetricSnapshot collect() {
				failing.set(true);
				throw new OutOfMemoryError("planned");
			}

			@Override
			public String getPrometheusName() {
				if (failing.getAndSet(false)) {
					throw new OutOfMemoryError("planned");
				}
				return "bad";
			}

		});
		this.registry.register(collector("z", () -> gauge("z", 1)));
		CollectorGuard guard = guard(this.registry, NEVER);
		for (int i = 1; i <= 3; i++) {
			assertThat(names(guard.collect(null))).containsExactly("a", "z");
			assertThat(this.errors.count()).isEqualTo(i);
		}
	}

	@Test
	void whenInterruptedTheHelperStopsBehindItsCollector() throws Exception {
		AtomicInteger behind = new AtomicInteger();
		CountDownLatch within = new CountDownLatch(1);
		this.registry.register(multiCollector(() -> {
			within.countDown();
			awaitRelease();
			return MetricSnapshots.of(gauge("blocking", 1));
		}));
		CollectorGuard guard = guard(this.registry, NEVER);
		FutureTask<MetricSnapshots> scrape = new FutureTask<>(() -> guard.collect(null));
		Thread scraping = new Thread(scrape);
		scraping.start();
		within.await();
		scraping.interrupt();
		assertThatThrownBy(() -> scrape.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(InterruptedException.class);
		this.registry.register(collector("z", () -> gauge("z", behind.incrementAndGet())));
		assertThat(names(guard.collect(null))).containsExactly("z");
		this.released.countDown();
		Awaitility.await().untilAsserted(() -> assertThat(names(guard.collect(null))).containsExactly("blocking", "z"));
	}

	@Test
	void whenClosedWhatIsLeftIsCounted() throws Exception {
		this.registry.register(collector("a", () -> gauge("a", 1)));
		CollectorGuard guard = guard(this.registry, NEVER);
		guard.close();
		assertThat(guard.collect(null)).isNull();
		assertThat(this.errors.count()).isEqualTo(1);
	}

	private CollectorGuard guard(PrometheusRegistry registry, Duration timeout, ThreadFactory threads) {
		CollectorGuard guard = new CollectorGuard(registry, new MetricsServlet.Limits(2, timeout, NEVER), this.errors,
				threads);
		this.guards.add(guard);
		return guard;
	}

	private CollectorGuard guard(PrometheusRegistry registry, Duration timeout) {
		CollectorGuard guard = new CollectorGuard(registry, new MetricsServlet.Limits(2, timeout, NEVER), this.errors);
		this.guards.add(guard);
		return guard;
	}

	private void awaitRelease() {
		try {
			this.released.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static List<Thread> helpers() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith("gmicro-scrape-"))
			.toList();
	}

	private static List<String> names(@org.jspecify.annotations.Nullable MetricSnapshots snapshots) {
		return Objects.requireNonNull(snapshots).stream().map((snapshot) -> snapshot.getMetadata().getName()).toList();
	}

	private static Collector collector(String name, Supplier<MetricSnapshot> snapshot) {
		return new Collector() {

			@Override
			public MetricSnapshot collect() {
				return snapshot.get();
			}

			@Override
			public String getPrometheusName() {
				return name;
			}

		};
	}

	private static MultiCollector multiCollector(Supplier<MetricSnapshots> snapshots) {
		return snapshots::get;
	}

	private static GaugeSnapshot gauge(String name, double value) {
		return GaugeSnapshot.builder()
			.name(name)
			.dataPoint(GaugeDataPointSnapshot.builder().value(value).build())
			.build();
	}

	private static CounterSnapshot counter(String name, double value) {
		return CounterSnapshot.builder()
			.name(name)
			.dataPoint(CounterDataPointSnapshot.builder().value(value).build())
			.build();
	}

	@SuppressWarnings("InfiniteRecursion")
	private static MetricSnapshot stackOverflow() {
		return stackOverflow();
	}

}
