package io.gmicro.cost;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToLongFunction;

import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;

/**
 * Measures the CPU time and the allocated bytes that platform threads use between two
 * points of their code, and publishes what the process used besides under
 * {@value CostCounters#BACKGROUND}. Of nested measurements each has its own share only,
 * so that nothing is counted twice. Measuring takes no lock and allocates nothing, except
 * for the first measurement of a thread. Thread-safe.
 */
public final class ProcessCost {

	private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(long[].class);

	/** What is nested deeper belongs to the deepest measurement. */
	private static final int MAX_DEPTH = 4;

	/** The position of the number of measurements that are open. */
	private static final int DEPTH = 0;

	/** The position of the outermost measurement. */
	private static final int FIRST = 1;

	/** Positions in a measurement. */
	private static final int CPU_START = 0;

	private static final int BYTES_START = 1;

	private static final int CPU_NESTED = 2;

	private static final int BYTES_NESTED = 3;

	private static final int SIZE = 4;

	/** Threads that ended are looked for after this number of new threads. */
	private static final int NEW_THREADS = 256;

	/** Arrays, so that a thread of the container does not keep our classes. */
	private final ThreadLocal<long[]> current = new ThreadLocal<>();

	private final Queue<MeasuredThread> threads = new ConcurrentLinkedQueue<>();

	private final AtomicInteger added = new AtomicInteger();

	private final LongAdder cpuNanos = new LongAdder();

	private final LongAdder allocatedBytes = new LongAdder();

	private final AtomicLong backgroundCpuNanos = new AtomicLong();

	private final AtomicLong backgroundAllocatedBytes = new AtomicLong();

	/**
	 * Create an instance without measurements.
	 * @param registry the registry of the counters of the background
	 */
	public ProcessCost(MeterRegistry registry) {
		CostCounters.ofBackground(registry, this);
	}

	/**
	 * Start a measurement of the calling thread.
	 * @return what to pass to {@link #end} on the same thread in any case, or
	 * {@code null} if the thread is virtual and cannot be measured
	 */
	public long @Nullable [] begin() {
		if (ThreadCounters.isVirtual()) {
			return null;
		}
		long[] open = this.current.get();
		if (open == null) {
			open = add();
		}
		int depth = (int) open[DEPTH];
		if (depth < MAX_DEPTH) {
			int position = position(depth);
			open[position + CPU_NESTED] = 0;
			open[position + BYTES_NESTED] = 0;
			open[position + BYTES_START] = ThreadCounters.allocatedBytes();
			open[position + CPU_START] = ThreadCounters.cpuNanos();
		}
		ELEMENT.setRelease(open, DEPTH, depth + 1L);
		return open;
	}

	private long[] add() {
		if (this.added.incrementAndGet() % NEW_THREADS == 0) {
			this.threads.removeIf(MeasuredThread::hasEnded);
		}
		long[] open = new long[position(MAX_DEPTH)];
		this.threads.add(new MeasuredThread(new WeakReference<>(Thread.currentThread()), open));
		this.current.set(open);
		return open;
	}

	private static int position(int depth) {
		return FIRST + depth * SIZE;
	}

	/**
	 * End the innermost measurement of the calling thread.
	 * @param open the result of {@link #begin}
	 * @param sink receives what the thread used since then, or {@code null} if that is
	 * part of the background
	 */
	public void end(long[] open, @Nullable CostSink sink) {
		int depth = (int) open[DEPTH] - 1;
		long cpu = 0;
		long bytes = 0;
		if (depth < MAX_DEPTH) {
			int position = position(depth);
			cpu = elapsed(open[position + CPU_START], ThreadCounters.cpuNanos());
			bytes = elapsed(open[position + BYTES_START], ThreadCounters.allocatedBytes());
			long cpuNested = open[position + CPU_NESTED];
			long bytesNested = open[position + BYTES_NESTED];
			if (depth > 0) {
				open[position - SIZE + CPU_NESTED] += cpu;
				open[position - SIZE + BYTES_NESTED] += bytes;
			}
			cpu = Math.max(cpu - cpuNested, 0);
			bytes = Math.max(bytes - bytesNested, 0);
		}
		if (sink != null) {
			// Before it is no longer open, so that the background never has it as well
			this.cpuNanos.add(cpu);
			this.allocatedBytes.add(bytes);
		}
		ELEMENT.setRelease(open, DEPTH, (long) depth);
		if (sink != null) {
			sink.add(cpu, bytes);
		}
	}

	/** How many threads the background is compared with. */
	int measuredThreads() {
		return this.threads.size();
	}

	/** Counters may be disabled at any time. */
	private static long elapsed(long start, long now) {
		return (start < 0 || now < 0) ? 0 : Math.max(now - start, 0);
	}

	/**
	 * CPU time of the process that is neither measured nor being measured. Never
	 * decreases.
	 */
	long backgroundCpuNanos() {
		// In this order, so that it may be too low for a moment, but not too high
		long process = ThreadCounters.processCpuNanos();
		long open = open(CPU_START, CPU_NESTED, ThreadCounters::cpuNanos);
		return this.backgroundCpuNanos.accumulateAndGet(process - open - this.cpuNanos.sum(), Math::max);
	}

	/** Allocated bytes that are neither measured nor being measured. */
	long backgroundAllocatedBytes() {
		long process = ThreadCounters.totalAllocatedBytes();
		long open = open(BYTES_START, BYTES_NESTED, ThreadCounters::allocatedBytes);
		return this.backgroundAllocatedBytes.accumulateAndGet(process - open - this.allocatedBytes.sum(), Math::max);
	}

	/** What the measurements that are open have found so far. */
	private long open(int start, int nested, ToLongFunction<Thread> counter) {
		long sum = 0;
		for (Iterator<MeasuredThread> all = this.threads.iterator(); all.hasNext();) {
			MeasuredThread measured = all.next();
			if (measured.hasEnded()) {
				all.remove();
			}
			else {
				sum += measured.used(FIRST + start, FIRST + nested, counter);
			}
		}
		return sum;
	}

	/**
	 * A thread with its measurements.
	 *
	 * @param thread the thread
	 * @param open the number of open measurements, and these from the outermost on;
	 * written by the thread
	 */
	private record MeasuredThread(WeakReference<Thread> thread, long[] open) {

		boolean hasEnded() {
			Thread thread = this.thread.get();
			return thread == null || !thread.isAlive();
		}

		/** What the outermost measurement has found, 0 if it ends meanwhile. */
		long used(int start, int nested, ToLongFunction<Thread> counter) {
			Thread thread = this.thread.get();
			if (thread == null || depth() == 0) {
				return 0;
			}
			long before = get(start);
			long ofOthers = get(nested);
			long now = counter.applyAsLong(thread);
			boolean same = depth() > 0 && get(start) == before;
			return same ? Math.max(elapsed(before, now) - ofOthers, 0) : 0;
		}

		private long depth() {
			return get(DEPTH);
		}

		private long get(int position) {
			return (long) ELEMENT.getAcquire(this.open, position);
		}

	}

}
