package io.gmicro.pprof;

import java.io.IOException;
import java.time.Duration;

import io.gmicro.jfr.ProfilingException;
import io.gmicro.profile.Profile;
import io.gmicro.recorder.ProfileCollector;
import io.gmicro.recorder.Profiler;
import io.gmicro.wall.WallFilter;
import io.gmicro.wall.WallProfiles;
import org.jspecify.annotations.Nullable;

/**
 * Wall-clock profiles of requests and calls.
 *
 * @param profiler limits the number of concurrent profiles
 * @param profiles the samples
 * @param filter selects the samples
 * @param past the time span of the past, or {@code null} for one that begins now
 */
record WallSource(Profiler profiler, WallProfiles profiles, WallFilter filter,
		@Nullable Past past) implements ProfileSource {

	@Override
	public String title() {
		StringBuilder title = new StringBuilder(ProfilePage.WALL.lowerCaseName());
		for (String label : new String[] { this.filter.method(), this.filter.route(), this.filter.activity() }) {
			title.append((label != null) ? " " + label : "");
		}
		if (this.past != null) {
			title.append(", ").append(this.past);
		}
		return title.toString();
	}

	@Override
	public int mainValue() {
		return 1;
	}

	@Override
	public String unit() {
		return "nanoseconds";
	}

	@Override
	public Profile empty() {
		return WallProfiles.empty();
	}

	@Override
	public Profile now() throws IOException, ProfilingException, InterruptedException {
		if (this.past == null) {
			throw new IllegalStateException("A live profile needs a time span");
		}
		Past window = this.past;
		return this.profiler.oneAtATime(() -> ProfileSource.past(window, this::past));
	}

	private Profile past(Duration ago, Duration length) throws ProfilingException {
		Duration age = this.profiles.age();
		if (ago.minus(length).compareTo(age) >= 0) {
			throw new ProfilingException(400,
					"nothing was kept then: sampling began " + age.toSeconds() + " seconds ago");
		}
		return this.profiles.past(ago, length, this.filter);
	}

	@Override
	public @Nullable Profile watch(Duration duration, Profiler.Heartbeat heartbeat)
			throws IOException, ProfilingException, InterruptedException {
		return this.profiler.watch(this::open, duration, heartbeat);
	}

	private ProfileCollector open() {
		WallProfiles.Live live = this.profiles.open(this.filter);
		return new ProfileCollector() {

			@Override
			public Profile finish(Duration duration) {
				return live.finish(duration);
			}

			@Override
			public void close() {
				live.close();
			}

		};
	}

}
