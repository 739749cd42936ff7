package io.gmicro.pprof;

import java.io.IOException;
import java.time.Duration;

import io.gmicro.jfr.ProfilingException;
import io.gmicro.profile.Profile;
import io.gmicro.recorder.ProfileHistory;
import io.gmicro.recorder.ProfileKind;
import io.gmicro.recorder.Profiler;
import org.jspecify.annotations.Nullable;

/**
 * Where the profiles of a request come from.
 */
interface ProfileSource {

	/** The name to show. */
	String title();

	/** The index of the value to show if only one can be shown. */
	int mainValue();

	/** The unit of the main value. */
	String unit();

	/** A profile without samples. */
	Profile empty();

	/** A profile that needs no time span from now on. */
	Profile now() throws IOException, ProfilingException, InterruptedException;

	/**
	 * Collects a profile over a time span.
	 * @return the profile, or {@code null} if the client has disconnected
	 */
	@Nullable Profile watch(Duration duration, Profiler.Heartbeat heartbeat)
			throws IOException, ProfilingException, InterruptedException;

	/** Returns a time span of the past, less the one that it is compared to. */
	static Profile past(Past past, Kept kept) throws IOException, ProfilingException {
		Profile profile = kept.past(past.ago(), past.length());
		if (past.base() != null) {
			profile.comment("Compared to " + past.base().toSeconds() + " s ago, whose values are subtracted");
			profile.subtract(kept.past(past.base(), past.length()));
		}
		return profile;
	}

	/**
	 * Profiles that are kept.
	 */
	@FunctionalInterface
	interface Kept {

		Profile past(Duration ago, Duration length) throws IOException, ProfilingException;

	}

	/**
	 * Profiles that the profiler records.
	 *
	 * @param profiler the profiler
	 * @param kind the kind of profile
	 * @param options the options of the profile
	 * @param past the time span of the past, or {@code null} for one that begins now
	 */
	record Recorded(Profiler profiler, ProfileKind kind, ProfileKind.Options options,
			@Nullable Past past) implements ProfileSource {

		@Override
		public String title() {
			String title = (this.kind == ProfileKind.PROFILE) ? "cpu" : this.kind.lowerCaseName();
			return (this.past != null) ? title + ", " + this.past : title;
		}

		@Override
		public int mainValue() {
			return this.kind.mainValue();
		}

		@Override
		public String unit() {
			return this.kind.unit();
		}

		@Override
		public Profile empty() {
			return this.kind.empty();
		}

		@Override
		public Profile now() throws IOException, ProfilingException, InterruptedException {
			ProfileHistory history = this.profiler.history();
			Past window = this.past;
			if (history == null || window == null) {
				return this.kind.now(this.profiler, this.options);
			}
			return this.profiler
				.oneAtATime(() -> ProfileSource.past(window, (ago, length) -> history.past(this.kind, ago, length)));
		}

		@Override
		public @Nullable Profile watch(Duration duration, Profiler.Heartbeat heartbeat)
				throws IOException, ProfilingException, InterruptedException {
			return this.profiler.watch(this.kind, this.options, duration, heartbeat);
		}

	}

}
