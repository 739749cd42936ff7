package io.gmicro.recorder;

import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

import io.gmicro.jfr.ProfilingException;
import io.gmicro.profile.Profile;
import org.jspecify.annotations.Nullable;

/**
 * The kinds of profiles, named as in Go.
 */
public enum ProfileKind {

	/** Where memory is allocated. */
	ALLOCS,

	/** Where threads wait for locks, signals and results. */
	BLOCK,

	/** The current stacks of all threads. */
	GOROUTINE,

	/** The objects on the heap. */
	HEAP,

	/** Where threads wait for locks. */
	MUTEX,

	/** Where CPU time is spent. It needs a time span. */
	PROFILE,

	/** Where threads are started. */
	THREADCREATE;

	/** The kind with the given lower-case name, or {@code null}. */
	public static @Nullable ProfileKind named(String name) {
		return Stream.of(values()).filter((kind) -> kind.lowerCaseName().equals(name)).findFirst().orElse(null);
	}

	/** The name in paths. */
	public String lowerCaseName() {
		return name().toLowerCase(Locale.ROOT);
	}

	/** The index of the value to show if only one can be shown. */
	public int mainValue() {
		return switch (this) {
			case GOROUTINE, THREADCREATE -> 0;
			case ALLOCS, BLOCK, MUTEX, PROFILE -> 1;
			case HEAP -> 3;
		};
	}

	/** The unit of the main value. */
	public String unit() {
		return switch (this) {
			case GOROUTINE, THREADCREATE -> "count";
			case BLOCK, MUTEX, PROFILE -> "nanoseconds";
			case ALLOCS, HEAP -> "bytes";
		};
	}

	/**
	 * Returns the current state, or the totals since the start of the application.
	 * @param profiler the profiler
	 * @param options the options of the profile
	 * @return the profile
	 * @throws IOException if it cannot be read
	 * @throws ProfilingException if it cannot be collected
	 * @throws InterruptedException if the thread is interrupted
	 */
	public Profile now(Profiler profiler, Options options)
			throws IOException, ProfilingException, InterruptedException {
		return switch (this) {
			case GOROUTINE ->
				options.virtual() ? profiler.oneAtATime(ProfileKind::virtualThreads) : ThreadDump.profile();
			case HEAP -> {
				boolean collectGarbage = options.gc();
				yield profiler.oneAtATime(() -> ClassHistogram.profile(collectGarbage));
			}
			case ALLOCS, BLOCK, MUTEX, THREADCREATE -> profiler.cumulative().get(EventProfile.valueOf(name()));
			case PROFILE -> throw new IllegalStateException("A CPU profile needs a time span");
		};
	}

	/** A profile without samples. */
	public Profile empty() {
		return switch (this) {
			case GOROUTINE -> ThreadDump.create();
			case HEAP -> ClassHistogram.create();
			case ALLOCS, BLOCK, MUTEX, THREADCREATE -> EventProfile.valueOf(name()).create();
			case PROFILE -> CpuProfileBuilder.create(CpuSamples.PERIOD);
		};
	}

	private static Profile virtualThreads() throws IOException, ProfilingException, InterruptedException {
		try (VirtualThreads threads = VirtualThreads.dump()) {
			return threads.profile();
		}
	}

	/** Starts to collect a profile over a time span. */
	ProfileCollector open(Profiler profiler, Options options)
			throws IOException, ProfilingException, InterruptedException {
		return switch (this) {
			case GOROUTINE, HEAP -> {
				if (!options.labels().isEmpty()) {
					throw new ProfilingException(400, lowerCaseName() + " has no labels");
				}
				Profile before = now(profiler, options);
				yield (duration) -> difference(now(profiler, options), before, duration);
			}
			case ALLOCS, BLOCK, MUTEX, THREADCREATE -> {
				// Without it, the first sample of a thread counts what it allocated
				// before
				profiler.cumulative();
				yield new JfrCollector(new EventProfileBuilder(EventProfile.valueOf(name()), options.labels()));
			}
			case PROFILE -> {
				// Sets the stack depth, if this is the first use of JFR
				profiler.cumulative();
				yield new JfrCollector(new CpuProfileBuilder(CpuSource.best(), CpuSamples.PERIOD, options.labels()));
			}
		};
	}

	/** The time is that of the later one: tools refuse a profile with two. */
	private static Profile difference(Profile now, Profile before, Duration duration) {
		now.duration(duration).subtract(before);
		return now;
	}

	/**
	 * Options of a profile.
	 *
	 * @param labels the labels of its samples
	 * @param gc whether to collect garbage first
	 * @param virtual whether to include virtual threads
	 */
	public record Options(Set<SampleLabel> labels, boolean gc, boolean virtual) {
	}

}
