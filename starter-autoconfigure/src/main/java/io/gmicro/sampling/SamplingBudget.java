package io.gmicro.sampling;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Determines the time between two looks, so that the sampler uses at most a given share
 * of one CPU (unless looks would be more than 2 s apart), and stops other threads for at
 * most {@value #MAX_STALL} of the time. The time is random, so that looks do not keep in
 * step with periodic work, and depends only on average costs, not on what the last look
 * has seen. Used only by the sampler thread.
 */
final class SamplingBudget {

	/** The longest average time between two looks. */
	static final long LONGEST = TimeUnit.SECONDS.toNanos(2);

	/** A safepoint that takes longer had to wait for a CPU. */
	private static final long LONGEST_STALL = TimeUnit.MILLISECONDS.toNanos(1);

	private static final double MAX_STALL = 0.004;

	/** The weight of the latest cost in the average. */
	private static final double LATEST = 0.05;

	private final long interval;

	private final double maxCpu;

	private double cpu;

	private double stall;

	SamplingBudget(Duration interval, double maxCpu) {
		this.interval = interval.toNanos();
		this.maxCpu = maxCpu;
	}

	/** Adds the CPU time that a look took, sleeping and waking up included. */
	void used(long cpuNanos) {
		this.cpu += LATEST * (cpuNanos - this.cpu);
	}

	/** Adds the time for which all threads were stopped. */
	void stopped(long nanos) {
		this.stall += LATEST * (Math.min(nanos, LONGEST_STALL) - this.stall);
	}

	/** The time from one look to the next. */
	long next() {
		return random(Math.min(Math.max(this.interval, (long) (this.cpu / this.maxCpu)), LONGEST));
	}

	/** The time from one look that stops all threads to the next. */
	long nextStop() {
		return random(Math.min(Math.max(this.interval, (long) (this.stall / MAX_STALL)), LONGEST));
	}

	private static long random(long mean) {
		return mean / 2 + ThreadLocalRandom.current().nextLong(mean + 1);
	}

}
