package io.gmicro.wall;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;

import io.gmicro.profile.Profile;

/**
 * Wall-clock profiles of the requests and calls in flight, made of samples: of a time
 * span that begins now, and of the last {@linkplain #HISTORY 30 minutes}. Keeps at most 8
 * MB, in proportion to the number of distinct stacks. Stacks beyond that are added to the
 * frame {@code [other]}, and labels to the route {@code _OTHER}; the number of samples
 * and their time are exact. Thread-safe.
 */
public final class WallProfiles {

	/** The time for which samples are kept. */
	public static final Duration HISTORY = Duration.ofMinutes(30);

	/** Profiles of the past consist of whole buckets. */
	public static final Duration BUCKET = HISTORY.dividedBy(WallHistory.BUCKETS);

	/** Half a megabyte less than promised, for objects that are not counted. */
	static final long MAX_BYTES = 15 << 19;

	private static final long MAX_LIVE_BYTES = 4 << 20;

	private final LongSupplier nanoTime;

	private final Clock clock;

	private final long start;

	private final WallHistory history = new WallHistory(MAX_BYTES);

	private final List<Live> live = new CopyOnWriteArrayList<>();

	/** Creates empty profiles. */
	public WallProfiles() {
		this(System::nanoTime, Clock.systemUTC());
	}

	WallProfiles(LongSupplier nanoTime, Clock clock) {
		this.nanoTime = nanoTime;
		this.clock = clock;
		this.start = nanoTime.getAsLong();
	}

	/**
	 * Adds a sample. Takes a few microseconds.
	 * @param sample the sample
	 */
	public void add(WallSample sample) {
		synchronized (this.history) {
			this.history.add(sample, bucket(this.nanoTime.getAsLong()));
		}
		this.live.forEach((profile) -> profile.add(sample));
	}

	private long bucket(long nanos) {
		return (nanos - this.start) / BUCKET.toNanos();
	}

	/** The time since the first sample could have been added. */
	public Duration age() {
		return Duration.ofNanos(this.nanoTime.getAsLong() - this.start);
	}

	/** A profile without samples. */
	public static Profile empty() {
		return WallProfileBuilder.create();
	}

	/**
	 * Starts a profile of the samples that are added from now on.
	 * @param filter selects the samples
	 * @return the profile, which must be closed
	 */
	public Live open(WallFilter filter) {
		Live opened = new Live(filter);
		this.live.add(opened);
		return opened;
	}

	/**
	 * Returns a profile of the past, whose time and duration are those of the buckets
	 * that overlap the given time span, as far as they have passed.
	 * @param ago the time since the start of the time span
	 * @param length the length of the time span
	 * @param filter selects the samples
	 * @return the profile
	 */
	public Profile past(Duration ago, Duration length, WallFilter filter) {
		long now = this.nanoTime.getAsLong();
		Instant time = this.clock.instant();
		long begin = now - ago.toNanos();
		long first = bucket(Math.max(begin, this.start));
		long end = begin + length.toNanos();
		long last = bucket((end < now) ? end - 1 : now);
		StackTable.View table;
		List<StackSums.Bucket> buckets;
		synchronized (this.history) {
			table = this.history.table();
			buckets = this.history.buckets(first, last);
		}
		long coveredBegin = this.start + first * BUCKET.toNanos();
		long coveredEnd = Math.max(Math.min(this.start + (last + 1) * BUCKET.toNanos(), now), coveredBegin);
		Instant start = time.minusNanos(now - coveredBegin);
		Duration covered = Duration.ofNanos(coveredEnd - coveredBegin);
		return WallProfileBuilder.build(table, buckets, filter, start, covered)
			.comment("From " + start.truncatedTo(ChronoUnit.MILLIS) + " to "
					+ start.plus(covered).truncatedTo(ChronoUnit.MILLIS) + ": kept in buckets of " + BUCKET.toSeconds()
					+ " s");
	}

	/** The memory that the history keeps, in bytes. */
	long bytes() {
		synchronized (this.history) {
			return this.history.bytes();
		}
	}

	/**
	 * A profile of the samples that are added while it is open. Thread-safe.
	 */
	public final class Live implements AutoCloseable {

		private final WallFilter filter;

		private final Instant start = WallProfiles.this.clock.instant();

		private final StackTable table;

		private final StackSums sums;

		private Live(WallFilter filter) {
			this.filter = filter;
			MemoryBudget memory = new MemoryBudget(MAX_LIVE_BYTES);
			this.table = new StackTable(memory);
			this.sums = new StackSums(memory);
		}

		private synchronized void add(WallSample sample) {
			if (this.filter.accepts(sample.route(), sample.method(), sample.activity())
					&& !this.sums.add(sample, this.table)) {
				this.sums.addToOther(sample, this.table);
			}
		}

		/**
		 * Returns the profile.
		 * @param duration the time since it was opened
		 * @return the profile
		 */
		public Profile finish(Duration duration) {
			StackTable.View view;
			StackSums.Bucket bucket;
			// The sampler must not wait until the profile is built
			synchronized (this) {
				view = this.table.view();
				bucket = this.sums.copy(0);
			}
			return WallProfileBuilder.build(view, List.of(bucket), WallFilter.ALL, this.start, duration);
		}

		@Override
		public void close() {
			WallProfiles.this.live.remove(this);
		}

	}

}
