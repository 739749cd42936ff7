package io.gmicro.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.gmicro.http.ActiveExchanges;
import io.gmicro.http.ExchangeFilter;
import io.gmicro.sampling.SlowRequests;
import io.gmicro.sampling.Thresholds;
import io.gmicro.sampling.TraceIds;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

/**
 * How much of one core the watchdog takes while requests are in flight on virtual threads
 * and all of them are slow: its thread's CPU clock over the wall clock, in rounds, with
 * nothing in flight beside it.
 */
final class WatchdogCost {

	private static final int VIRTUAL_THREADS = 21;

	private static final int ROUNDS = 5;

	private static final Duration ROUND = Duration.ofSeconds(4);

	private static final int[] IN_FLIGHT = { 0, 1_000, 10_000 };

	private WatchdogCost() {
	}

	static Table table() {
		return new Table("watchdog", "Watchdog",
				"""
						CPU time of the watchdog's thread over wall-clock time, in five rounds of four seconds, while requests are in flight on
						virtual threads of their own and all of them are slow; threshold 1 s, so a look every 100 ms.
						""",
				WatchdogCost::rows);
	}

	private static String rows() throws Exception {
		if (Runtime.version().feature() < VIRTUAL_THREADS) {
			return "Not measured: there are virtual threads only from Java " + VIRTUAL_THREADS + " on.";
		}
		StringBuilder table = new StringBuilder(
				"| slow requests in flight | watchdog, % of one core, median (lowest to highest) |\n|---:|---|\n");
		for (int inFlight : IN_FLIGHT) {
			double[] shares = measure(inFlight);
			table.append(String.format(Locale.ROOT, "| %,d | %.2f (%.2f to %.2f) |%n", inFlight, shares[ROUNDS / 2],
					shares[0], shares[ROUNDS - 1]));
		}
		return table.toString();
	}

	private static double[] measure(int inFlight) throws Exception {
		SimpleMeterRegistry registry = new SimpleMeterRegistry();
		ActiveExchanges active = new ActiveExchanges(registry);
		try (SlowRequests slow = new SlowRequests(registry, active, new Thresholds(Duration.ofSeconds(1), Map.of()),
				100, TraceIds.NONE)) {
			ExchangeFilter filter = new ExchangeFilter(List.of(slow, active), List.of(), 100, registry);
			CountDownLatch entered = new CountDownLatch(inFlight);
			CountDownLatch released = new CountDownLatch(1);
			ExecutorService executor = virtualThreads();
			for (int i = 0; i < inFlight; i++) {
				executor.execute(() -> serve(filter, entered, released));
			}
			entered.await();
			LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(2));
			slow.start();
			double[] shares = rounds();
			released.countDown();
			executor.shutdown();
			if (!executor.awaitTermination(1, TimeUnit.MINUTES)) {
				throw new IllegalStateException("The requests did not end");
			}
			return shares;
		}
	}

	private static void serve(ExchangeFilter filter, CountDownLatch entered, CountDownLatch released) {
		try {
			filter.doFilter(new MockHttpServletRequest("GET", "/"), new MockHttpServletResponse(),
					(request, response) -> {
						entered.countDown();
						await(released);
					});
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static double[] rounds() {
		ThreadMXBean threads = ManagementFactory.getThreadMXBean();
		long watchdog = Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().equals("gmicro-watchdog"))
			.mapToLong(Thread::getId)
			.findFirst()
			.orElseThrow();
		List<Double> shares = new ArrayList<>();
		for (int round = 0; round < ROUNDS; round++) {
			long cpu = threads.getThreadCpuTime(watchdog);
			long start = System.nanoTime();
			while (System.nanoTime() - start < ROUND.toNanos()) {
				LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
			}
			shares.add(100.0 * (threads.getThreadCpuTime(watchdog) - cpu) / (System.nanoTime() - start));
		}
		return shares.stream().mapToDouble(Double::doubleValue).sorted().toArray();
	}

	static ExecutorService virtualThreads() throws ReflectiveOperationException {
		try {
			return (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
		}
		catch (NoSuchMethodException ex) {
			throw new IllegalStateException("Virtual threads need Java 21 or newer", ex);
		}
	}

}
