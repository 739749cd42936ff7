package io.gmicro.scrape;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

import io.micrometer.core.instrument.AbstractTimer;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.HistogramSnapshot;
import io.micrometer.core.instrument.distribution.TimeWindowMax;
import io.micrometer.core.instrument.distribution.pause.PauseDetector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;

/**
 * A timer with a histogram for a registry that is scraped. A record adds to one bucket
 * and to the total, and updates the maximum. The count is the sum of the buckets. Threads
 * that record at the same time do not contend. Thread-safe.
 */
final class HistogramTimer extends AbstractTimer {

	private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

	private static final long LONG = TimeUnit.HOURS.toNanos(1);

	/** Number of nanoseconds after which the total overflows to zero. */
	private static final double ROUND = 0x1p64;

	/** Upper bounds in nanoseconds, without infinity. */
	private final double[] bounds;

	/** The same as integers, for comparison with a duration. */
	private final long[] inclusiveBounds;

	/** Upper bounds in seconds, with infinity. */
	private final double[] upperBounds;

	/** Counts of the buckets, not cumulative; the last one is for values above all. */
	private final LongAdder[] counts;

	/** Sum in nanoseconds of durations shorter than {@link #LONG}. */
	private final LongAdder total = new LongAdder();

	/** Sum in nanoseconds of the others, a few thousand of which overflow a long. */
	private final DoubleAdder longTotal = new DoubleAdder();

	/** The total when it was last read, to detect an overflow. */
	private long lastTotal;

	private long rounds;

	private final TimeWindowMax max;

	HistogramTimer(Id id, Clock clock, DistributionStatisticConfig config, PauseDetector pauseDetector) {
		super(id, clock, withoutBuckets(config), pauseDetector, TimeUnit.SECONDS, false);
		this.bounds = config.getHistogramBuckets(true)
			.stream()
			.mapToDouble(Double::doubleValue)
			.filter(Double::isFinite)
			.toArray();
		this.inclusiveBounds = Arrays.stream(this.bounds).mapToLong((bound) -> (long) bound).toArray();
		this.upperBounds = Arrays.copyOf(seconds(this.bounds), this.bounds.length + 1);
		this.upperBounds[this.bounds.length] = Double.POSITIVE_INFINITY;
		this.counts = Stream.generate(LongAdder::new).limit(this.upperBounds.length).toArray(LongAdder[]::new);
		this.max = new TimeWindowMax(clock, config);
	}

	/** Leaves only percentiles to Micrometer, if a filter configures them. */
	private static DistributionStatisticConfig withoutBuckets(DistributionStatisticConfig config) {
		return DistributionStatisticConfig.builder()
			.percentilesHistogram(false)
			.serviceLevelObjectives()
			.build()
			.merge(config);
	}

	private static double[] seconds(double[] nanos) {
		return Arrays.stream(nanos).map((bound) -> bound / NANOS_PER_SECOND).toArray();
	}

	@Override
	protected void recordNonNegative(long amount, TimeUnit unit) {
		long nanos = unit.toNanos(amount);
		this.counts[bucket(nanos)].increment();
		if (nanos < LONG) {
			this.total.add(nanos);
		}
		else {
			this.longTotal.add(nanos);
		}
		this.max.record(nanos, TimeUnit.NANOSECONDS);
	}

	/** Returns the index of the first bucket with a bound that is not smaller. */
	private int bucket(long nanos) {
		int from = 0;
		int to = this.inclusiveBounds.length;
		while (from < to) {
			int middle = (from + to) >>> 1;
			if (this.inclusiveBounds[middle] < nanos) {
				from = middle + 1;
			}
			else {
				to = middle;
			}
		}
		return from;
	}

	@Override
	public long count() {
		long count = 0;
		for (LongAdder bucket : this.counts) {
			count += bucket.sum();
		}
		return count;
	}

	@Override
	public double totalTime(TimeUnit unit) {
		return (total() + this.longTotal.sum()) / unit.toNanos(1);
	}

	/** Correct if read at least once per 584 years of recorded time. */
	private synchronized double total() {
		long now = this.total.sum();
		if (Long.compareUnsigned(now, this.lastTotal) < 0) {
			this.rounds++;
		}
		this.lastTotal = now;
		double unsigned = (now >= 0) ? now : now + ROUND;
		return this.rounds * ROUND + unsigned;
	}

	@Override
	public double max(TimeUnit unit) {
		return this.max.poll(unit);
	}

	/** Returns the buckets as client_java represents them. */
	ClassicHistogramBuckets buckets() {
		long[] own = new long[this.counts.length];
		for (int i = 0; i < own.length; i++) {
			own[i] = this.counts[i].sum();
		}
		return ClassicHistogramBuckets.of(this.upperBounds, own);
	}

	@Override
	public HistogramSnapshot takeSnapshot() {
		HistogramSnapshot percentiles = super.takeSnapshot();
		return new HistogramSnapshot(percentiles.count(), percentiles.total(), percentiles.max(),
				percentiles.percentileValues(), cumulativeCounts(), percentiles::outputSummary);
	}

	private CountAtBucket[] cumulativeCounts() {
		CountAtBucket[] cumulative = new CountAtBucket[this.bounds.length];
		double count = 0;
		for (int i = 0; i < cumulative.length; i++) {
			count += this.counts[i].sum();
			cumulative[i] = new CountAtBucket(this.bounds[i], count);
		}
		return cumulative;
	}

}
