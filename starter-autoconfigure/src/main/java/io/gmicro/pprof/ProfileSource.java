package io.gmicro.pprof;

import java.io.IOException;
import java.time.Duration;

import io.gmicro.jfr.ProfilingException;
import io.gmicro.profile.Profile;
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

	/**
	 * Profiles that the profiler records.
	 *
	 * @param profiler the profiler
	 * @param kind the kind of profile
	 * @param options the options of the profile
	 */
	record Recorded(Profiler profiler, ProfileKind kind, ProfileKind.Options options) implements ProfileSource {

		@Override
		public String title() {
			return (this.kind == ProfileKind.PROFILE) ? "cpu" : this.kind.lowerCaseName();
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
			return this.kind.now(this.profiler, this.options);
		}

		@Override
		public @Nullable Profile watch(Duration duration, Profiler.Heartbeat heartbeat)
				throws IOException, ProfilingException, InterruptedException {
			return this.profiler.watch(this.kind, this.options, duration, heartbeat);
		}

	}

}
