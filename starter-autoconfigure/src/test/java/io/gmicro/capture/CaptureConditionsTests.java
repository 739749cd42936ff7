package io.gmicro.capture;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Under which conditions something is captured.
 */
class CaptureConditionsTests {

	private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

	@Test
	void burstIsManyWithinAMinute() {
		AtomicLong total = new AtomicLong(1_000_000);
		CaptureTrigger.Condition burst = CaptureConditions.burst("slow requests", total::get, 10);
		for (int second = 0; second < 300; second++) {
			// Nine in each minute
			total.addAndGet((second % 7 == 0) ? 1 : 0);
			assertThat(burst.check(second * SECOND)).as("second %d", second).isNull();
		}
		total.addAndGet(10);
		assertThat(burst.check(300 * SECOND)).matches("1\\d slow requests within a minute");
		for (int second = 301; second < 359; second++) {
			assertThat(burst.check(second * SECOND)).as("second %d", second).isNotNull();
		}
		assertThat(burst.check(362 * SECOND)).isNull();
	}

	@Test
	void readingsMayBeLate() {
		AtomicLong total = new AtomicLong();
		CaptureTrigger.Condition burst = CaptureConditions.burst("server errors", total::get, 10);
		for (long second = Long.MAX_VALUE / SECOND - 3; second < Long.MAX_VALUE / SECOND; second++) {
			assertThat(burst.check(second * SECOND)).isNull();
		}
		total.set(9);
		assertThat(burst.check(Long.MIN_VALUE + SECOND)).isNull();
		total.set(10);
		assertThat(burst.check(Long.MIN_VALUE + 2 * SECOND)).isEqualTo("10 server errors within a minute");
		// The process stood still for an hour
		assertThat(burst.check(Long.MIN_VALUE + 3600 * SECOND)).isNull();
	}

	@Test
	void cpuIsThatOfAWholeMinute() {
		int processors = Runtime.getRuntime().availableProcessors();
		AtomicLong used = new AtomicLong();
		CaptureTrigger.Condition cpu = CaptureConditions.cpu(used::get, 0.9);
		for (int second = 0; second < 59; second++) {
			used.addAndGet(processors * SECOND);
			assertThat(cpu.check(second * SECOND)).as("second %d", second).isNull();
		}
		used.addAndGet(processors * SECOND);
		assertThat(cpu.check(59 * SECOND)).isEqualTo("100 % of the available CPU time used for a minute");
		for (int second = 60; second < 180; second++) {
			used.addAndGet((long) (0.88 * processors * SECOND));
			cpu.check(second * SECOND);
		}
		assertThat(cpu.check(180 * SECOND)).isNull();
	}

	@Test
	void heapIsNearlyFullAfterACollection() {
		System.gc();
		assertThat(CaptureConditions.heap(1).check(0)).isNull();
		assertThat(CaptureConditions.heap(0.00001).check(0)).matches("\\d+ % of .* used after a collection");
	}

	@Test
	void manyInFlight() {
		AtomicInteger count = new AtomicInteger(99);
		CaptureTrigger.Condition inFlight = CaptureConditions.inFlight(count::get, 100);
		assertThat(inFlight.check(0)).isNull();
		count.set(100);
		assertThat(inFlight.check(0)).isEqualTo("100 requests and calls in flight");
	}

	@Test
	void deadlockIsFound() throws Exception {
		ThreadMXBean threads = ManagementFactory.getThreadMXBean();
		CaptureTrigger.Condition deadlock = CaptureConditions.deadlock();
		long now = System.nanoTime();
		assertThat(deadlock.check(now)).isNull();
		Lock first = new ReentrantLock();
		Lock second = new ReentrantLock();
		CountDownLatch both = new CountDownLatch(2);
		Thread one = new Thread(() -> lock(first, second, both));
		Thread other = new Thread(() -> lock(second, first, both));
		one.start();
		other.start();
		try {
			await().until(() -> threads.findDeadlockedThreads() != null);
			// Not searched for all the time
			assertThat(deadlock.check(now + SECOND)).isNull();
			assertThat(deadlock.check(now + 10 * SECOND)).isEqualTo("2 deadlocked threads");
			assertThat(deadlock.check(now + 11 * SECOND)).isEqualTo("2 deadlocked threads");
		}
		finally {
			one.interrupt();
			other.interrupt();
			one.join();
			other.join();
		}
		assertThat(deadlock.check(now + 20 * SECOND)).isNull();
	}

	private static void lock(Lock first, Lock second, CountDownLatch both) {
		first.lock();
		try {
			both.countDown();
			both.await();
			second.lockInterruptibly();
			second.unlock();
		}
		catch (InterruptedException ex) {
			// The end of the test
		}
		finally {
			first.unlock();
		}
	}

}
