package io.gmicro.pprof;

import java.io.IOException;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * The profiles by their names in Go.
 */
enum ProfileKind {

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

	static @Nullable ProfileKind named(String name) {
		for (ProfileKind kind : values()) {
			if (kind.lowerCaseName().equals(name)) {
				return kind;
			}
		}
		return null;
	}

	String lowerCaseName() {
		return name().toLowerCase(Locale.ROOT);
	}

	LegacyText text() {
		return switch (this) {
			case ALLOCS, HEAP -> LegacyText.MEMORY;
			case BLOCK, MUTEX -> LegacyText.WAIT;
			case GOROUTINE, PROFILE, THREADCREATE -> LegacyText.COUNT;
		};
	}

	/** Which of the values is shown where there is room for one. */
	int mainValue() {
		return switch (this) {
			case GOROUTINE, THREADCREATE -> 0;
			case ALLOCS, BLOCK, MUTEX, PROFILE -> 1;
			case HEAP -> 3;
		};
	}

	/** What the main value is. */
	String unit() {
		return switch (this) {
			case GOROUTINE, THREADCREATE -> "count";
			case BLOCK, MUTEX, PROFILE -> "nanoseconds";
			case ALLOCS, HEAP -> "bytes";
		};
	}

	/**
	 * How things are, or what was counted so far.
	 * @param profiler who collects
	 * @param query what was asked for
	 * @return the profile
	 * @throws IOException if it cannot be read
	 * @throws ProfilingException if it cannot be collected
	 * @throws InterruptedException if the thread is interrupted
	 */
	Profile now(Profiler profiler, ProfileQuery query) throws IOException, ProfilingException, InterruptedException {
		return switch (this) {
			case GOROUTINE -> query.virtual() ? profiler.oneAtATime(ProfileKind::virtualThreads) : ThreadDump.profile();
			case HEAP -> {
				boolean collectGarbage = query.gc();
				yield profiler.oneAtATime(() -> ClassHistogram.profile(collectGarbage));
			}
			case ALLOCS, BLOCK, MUTEX, THREADCREATE -> profiler.cumulative().get(EventProfile.valueOf(name()));
			case PROFILE -> throw new IllegalStateException("Processor time is profiled for a while or not at all");
		};
	}

	/** A profile without samples. */
	Profile empty() {
		return switch (this) {
			case GOROUTINE -> ThreadDump.create();
			case HEAP -> ClassHistogram.create();
			case ALLOCS, BLOCK, MUTEX, THREADCREATE -> EventProfile.valueOf(name()).create();
			case PROFILE -> CpuWindow.create();
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
	 * @param query what was asked for
	 * @return the window that was opened
	 * @throws IOException if something cannot be read
	 * @throws ProfilingException if it cannot be collected
	 * @throws InterruptedException if the thread is interrupted
	 */
	Window open(Profiler profiler, ProfileQuery query) throws IOException, ProfilingException, InterruptedException {
		return switch (this) {
			case GOROUTINE, HEAP -> {
				if (!query.labels().isEmpty()) {
					throw new ProfilingException(400, lowerCaseName() + " has no labels");
				}
				yield new DifferenceWindow(() -> now(profiler, query));
			}
			case ALLOCS, BLOCK, MUTEX, THREADCREATE -> {
				// So that no thread tells with its first sample what it allocated before
				profiler.cumulative();
				yield new EventWindow(EventProfile.valueOf(name()), query.labels());
			}
			case PROFILE -> {
				// So that the first use of the recorder is where its stacks are deepened
				profiler.cumulative();
				yield new CpuWindow(CpuSource.best(), query.labels());
			}
		};
	}

}
