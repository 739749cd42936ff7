package io.gmicro.cost;

import java.lang.management.ManagementFactory;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import com.sun.management.ThreadMXBean;
import io.gmicro.testing.Work;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is measured on a thread, and what remains for the background.
 */
class ProcessCostTests {

	private static final int CPU_MILLIS = 20;

	private static final int MEGABYTES = 2;

	private final MeterRegistry registry = new SimpleMeterRegistry();

	private final ProcessCost process = new ProcessCost(this.registry);

	private final Work work = new Work();

	@Test
	void measurementHasWhatItsThreadUsed() {
		Used used = new Used();
		long cpu = ThreadCounters.cpuNanos();
		long bytes = ThreadCounters.allocatedBytes();
		long[] open = begin();
		this.work.run("work", CPU_MILLIS, MEGABYTES);
		this.process.end(open, used);
		assertThat(used.cpuNanos / 1e9).isBetween(this.work.cpuSeconds("work"),
				(ThreadCounters.cpuNanos() - cpu) / 1e9);
		assertThat((double) used.allocatedBytes).isBetween(this.work.allocatedBytes("work"),
				(double) ThreadCounters.allocatedBytes() - bytes);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 3, 4, 5, 9 })
	void nestedMeasurementsAreNotCountedTwice(int depth) {
		long cpu = ThreadCounters.cpuNanos();
		long bytes = ThreadCounters.allocatedBytes();
		Used all = new Used();
		measure(depth, all);
		assertThat(all.cpuNanos / 1e9).isBetween(this.work.cpuSeconds("work"), (ThreadCounters.cpuNanos() - cpu) / 1e9);
		assertThat((double) all.allocatedBytes).isBetween(this.work.allocatedBytes("work"),
				(double) ThreadCounters.allocatedBytes() - bytes);
	}

	private void measure(int depth, Used used) {
		long[] open = begin();
		this.work.run("work", CPU_MILLIS, MEGABYTES);
		if (depth > 1) {
			measure(depth - 1, used);
		}
		this.process.end(open, used);
	}

	@Test
	void eachOfNestedMeasurementsHasItsOwnShare() {
		Used outer = new Used();
		Used inner = new Used();
		long[] open = begin();
		this.work.run("outer", CPU_MILLIS, MEGABYTES);
		long[] nested = begin();
		this.work.run("inner", 2 * CPU_MILLIS, 2 * MEGABYTES);
		this.process.end(nested, inner);
		this.process.end(open, outer);
		assertThat(inner.cpuNanos / 1e9).isGreaterThanOrEqualTo(this.work.cpuSeconds("inner"));
		assertThat(outer.cpuNanos / 1e9).isBetween(this.work.cpuSeconds("outer"), this.work.cpuSeconds("inner"));
		assertThat((double) outer.allocatedBytes).isBetween(this.work.allocatedBytes("outer"),
				this.work.allocatedBytes("inner"));
	}

	@Test
	void whatIsStillMeasuredIsNotInTheBackground() {
		long[] open = begin();
		this.work.run("work", 10 * CPU_MILLIS, 10 * MEGABYTES);
		assertBackgroundLeavesOutTheWork();
		double before = background(CostCounters.REQUEST_CPU);
		this.process.end(open, new Used());
		assertBackgroundLeavesOutTheWork();
		assertThat(background(CostCounters.REQUEST_CPU)).isGreaterThanOrEqualTo(before);
	}

	@Test
	void whatIsNestedIsSubtractedOnce() {
		long[] open = begin();
		long[] nested = begin();
		this.work.run("work", 10 * CPU_MILLIS, MEGABYTES);
		this.process.end(nested, new Used());
		double process = ThreadCounters.processCpuNanos() / 1e9;
		// The clock of the process ticks every 10 ms
		assertThat(background(CostCounters.REQUEST_CPU))
			.isGreaterThan(process - 1.5 * this.work.cpuSeconds("work") - 0.02);
		this.process.end(open, new Used());
	}

	private void assertBackgroundLeavesOutTheWork() {
		double background = background(CostCounters.REQUEST_CPU);
		assertThat(ThreadCounters.processCpuNanos() / 1e9 - background)
			.isGreaterThanOrEqualTo(this.work.cpuSeconds("work"));
		if (ThreadCounters.totalAllocatedBytes() >= 0) {
			double bytes = background(CostCounters.REQUEST_ALLOCATED);
			assertThat(ThreadCounters.totalAllocatedBytes() - bytes)
				.isGreaterThanOrEqualTo(this.work.allocatedBytes("work"));
		}
	}

	@Test
	void measurementWithoutARouteIsBackground() {
		double before = background(CostCounters.REQUEST_CPU);
		long[] open = begin();
		this.work.run("work", 10 * CPU_MILLIS, MEGABYTES);
		this.process.end(open, null);
		assertThat(background(CostCounters.REQUEST_CPU) - before)
			.isGreaterThan(this.work.cpuSeconds("work") - 2 * 0.01);
	}

	@Test
	void measurementsOfThreadsThatEndedAreForgotten() {
		for (int i = 0; i < 1000; i++) {
			Thread thread = new Thread(() -> this.process.end(begin(), new Used()));
			thread.start();
			join(thread);
		}
		assertThat(this.process.measuredThreads()).isLessThan(300);
		background(CostCounters.REQUEST_CPU);
		assertThat(this.process.measuredThreads()).isZero();
	}

	@Test
	void bytesOfTheBackgroundExistIfTheJvmCountsThem() {
		assertThat(this.registry.find(CostCounters.REQUEST_ALLOCATED).functionCounters())
			.hasSize((ThreadCounters.totalAllocatedBytes() >= 0) ? 1 : 0);
	}

	@Test
	void withoutCountersNothingIsMeasured() {
		assertThat(ThreadCounters.areSupported()).isTrue();
		ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
		Used used = new Used();
		long[] open = begin();
		try {
			this.work.run("work", CPU_MILLIS, MEGABYTES);
			threads.setThreadCpuTimeEnabled(false);
			threads.setThreadAllocatedMemoryEnabled(false);
			assertThat(ThreadCounters.areSupported()).isFalse();
			this.process.end(open, used);
		}
		finally {
			threads.setThreadCpuTimeEnabled(true);
			threads.setThreadAllocatedMemoryEnabled(true);
		}
		assertThat(used.cpuNanos).isZero();
		assertThat(used.allocatedBytes).isZero();
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void virtualThreadsAreNotMeasured() throws Exception {
		CompletableFuture<Boolean> measured = new CompletableFuture<>();
		Thread.class.getMethod("startVirtualThread", Runnable.class)
			.invoke(null, (Runnable) () -> measured.complete(this.process.begin() != null));
		assertThat(measured.join()).isFalse();
		assertThat(ThreadCounters.existVirtualThreads()).isTrue();
	}

	private long[] begin() {
		return Objects.requireNonNull(this.process.begin());
	}

	private double background(String name) {
		FunctionCounter counter = this.registry.get(name).tag("http.route", "_BACKGROUND").functionCounter();
		return counter.count();
	}

	private static void join(Thread thread) {
		try {
			thread.join();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Asserts nothing, which would be measured as well. */
	private static final class Used implements CostSink {

		private long cpuNanos;

		private long allocatedBytes;

		@Override
		public void add(long cpuNanos, long allocatedBytes) {
			this.cpuNanos += cpuNanos;
			this.allocatedBytes += allocatedBytes;
		}

	}

}
