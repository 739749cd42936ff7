package io.gmicro.recorder;

import java.io.IOException;
import java.util.Locale;
import java.util.Set;

import io.gmicro.jfr.ProfilingException;
import io.gmicro.profile.Profile;
import org.jspecify.annotations.Nullable;

/**
 * The profiles by their names in Go.
 */
public enum ProfileKind {

	/** Where memory is allocated. */
	ALLOCS,

	/** Where threads wait for one another. */
	BLOCK,

	/** Where threads are. */
	GOROUTINE,

	/** What is on the heap. */
	HEAP,

	/** Where threads wait for locks. */
	MUTEX,

	/** Where processor time goes. There is no such profile without a duration. */
	PROFILE,

	/** Where threads were started. */
	THREADCREATE;

	/** The profile of that name in lower case, or {@code null}. */
	public static @Nullable ProfileKind named(String name) {
		for (ProfileKind kind : values()) {
			if (kind.lowerCaseName().equals(name)) {
				return kind;
			}
		}
		return null;
	}

	/** The name in a path. */
	public String lowerCaseName() {
		return name().toLowerCase(Locale.ROOT);
	}

	/** Which of the values is shown where there is room for one. */
	public int mainValue() {
		return switch (this) {
			case GOROUTINE, THREADCREATE -> 0;
			case ALLOCS, BLOCK, MUTEX, PROFILE -> 1;
			case HEAP -> 3;
		};
	}

	/** What the main value is. */
	public String unit() {
		return switch (this) {
			case GOROUTINE, THREADCREATE -> "count";
			case BLOCK, MUTEX, PROFILE -> "nanoseconds";
			case ALLOCS, HEAP -> "bytes";
		};
	}

	/**
	 * How things are, or what was counted so far.
	 * @param profiler who collects
	 * @param options what was asked for
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
			case PROFILE -> throw new IllegalStateException("Processor time is profiled for a while or not at all");
		};
	}

	/** A profile without samples. */
	public Profile empty() {
		return switch (this) {
			case GOROUTINE -> ThreadDump.create();
			case HEAP -> ClassHistogram.create();
			case ALLOCS, BLOCK, MUTEX, THREADCREATE -> EventProfile.valueOf(name()).create();
			case PROFILE -> CpuCollector.create();
		};
	}

	private static Profile virtualThreads() throws IOException, ProfilingException, InterruptedException {
		try (VirtualThreads threads = VirtualThreads.dump()) {
			return threads.profile();
		}
	}

	/**
	 * Starts to watch what happens.
	 * @param profiler who collects
	 * @param options what was asked for
	 * @return what collects it
	 * @throws IOException if something cannot be read
	 * @throws ProfilingException if it cannot be collected
	 * @throws InterruptedException if the thread is interrupted
	 */
	public ProfileCollector open(Profiler profiler, Options options)
			throws IOException, ProfilingException, InterruptedException {
		return switch (this) {
			case GOROUTINE, HEAP -> {
				if (!options.labels().isEmpty()) {
					throw new ProfilingException(400, lowerCaseName() + " has no labels");
				}
				yield new DifferenceCollector(() -> now(profiler, options));
			}
			case ALLOCS, BLOCK, MUTEX, THREADCREATE -> {
				// So that no thread tells with its first sample what it allocated before
				profiler.cumulative();
				yield new EventCollector(EventProfile.valueOf(name()), options.labels());
			}
			case PROFILE -> {
				// So that the first use of the recorder is where its stacks are deepened
				profiler.cumulative();
				yield new CpuCollector(CpuSource.best(), options.labels());
			}
		};
	}

	/**
	 * What may be asked of a profile.
	 *
	 * @param labels the labels of its samples
	 * @param gc whether to collect garbage first
	 * @param virtual whether to include virtual threads
	 */
	public record Options(Set<SampleLabel> labels, boolean gc, boolean virtual) {
	}

}
