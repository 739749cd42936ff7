package io.gmicro.pprof;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import io.gmicro.jfr.ProfilingException;
import io.gmicro.profile.Profile;
import io.gmicro.recorder.ProfileKind;
import io.gmicro.recorder.Profiler;
import io.gmicro.recorder.TraceRecording;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

/**
 * Answers a request with something that takes its time. A client that goes away meanwhile
 * ends it.
 */
final class Download {

	private final Profiler profiler;

	private final HttpServletResponse response;

	private String problem = "";

	Download(Profiler profiler, HttpServletResponse response) {
		this.profiler = profiler;
		this.response = response;
	}

	/**
	 * Sends a profile of what happens from now on.
	 * @param kind which profile
	 * @param options what was asked for
	 * @param duration for how long
	 * @throws IOException if the profile cannot be collected or sent
	 * @throws ProfilingException if it cannot be collected
	 * @throws InterruptedException if the thread is interrupted
	 */
	void profile(ProfileKind kind, ProfileKind.Options options, Duration duration)
			throws IOException, ProfilingException, InterruptedException {
		HeartbeatGzip gzip = new HeartbeatGzip(this.response.getOutputStream());
		Profile profile = watch(kind, options, duration, gzip::beat);
		if (profile != null) {
			gzip.finish(profile.toByteArray());
		}
	}

	/**
	 * Once something was sent it is too late for another status: what went wrong is then
	 * in the comment of a profile without samples.
	 */
	private @Nullable Profile watch(ProfileKind kind, ProfileKind.Options options, Duration duration, Beat beat)
			throws IOException, ProfilingException, InterruptedException {
		try {
			return this.profiler.watch(() -> kind.open(this.profiler, options), duration, () -> isSent(beat));
		}
		catch (ProfilingException ex) {
			if (!this.response.isCommitted()) {
				throw ex;
			}
			this.problem = ": nothing was recorded, " + ex.getMessage();
			return kind.empty().time(Instant.now()).comment("Nothing was recorded: " + ex.getMessage());
		}
	}

	/**
	 * Sends a flame graph. White space goes ahead of the page.
	 * @param kind which profile to draw
	 * @param options what was asked for
	 * @param duration for how long, zero for how things are
	 * @throws IOException if the profile cannot be collected or sent
	 * @throws ProfilingException if it cannot be collected
	 * @throws InterruptedException if the thread is interrupted
	 */
	void flameGraph(ProfileKind kind, ProfileKind.Options options, Duration duration)
			throws IOException, ProfilingException, InterruptedException {
		if (!FlameGraphPage.isAvailable()) {
			throw new ProfilingException(HttpServletResponse.SC_NOT_IMPLEMENTED,
					"flame graphs need tools.profiler:jfr-converter on the class path");
		}
		String nonce = FlameGraphPage.nonce();
		this.response.setHeader("Content-Security-Policy", FlameGraphPage.contentSecurityPolicy(nonce));
		OutputStream out = this.response.getOutputStream();
		Profile profile = duration.isZero() ? kind.now(this.profiler, options) : watch(kind, options, duration, () -> {
			out.write('\n');
			out.flush();
		});
		if (profile != null) {
			List<Sample> samples = new ArrayList<>();
			profile.forEach((stack, labels, values) -> samples.add(new Sample(stack, values[kind.mainValue()])));
			FlameGraphPage.write(out, title(kind, duration) + this.problem, kind.unit(), samples, nonce);
		}
	}

	/**
	 * Sends a recording of what happens from now on. An empty one goes ahead, a little at
	 * every beat.
	 * @param duration for how long
	 * @throws IOException if the recording cannot be made or sent
	 * @throws ProfilingException if it cannot be made
	 * @throws InterruptedException if the thread is interrupted
	 */
	void trace(Duration duration) throws IOException, ProfilingException, InterruptedException {
		OutputStream out = this.response.getOutputStream();
		this.profiler.acquirePlace();
		try (TraceRecording trace = Profiler.started(TraceRecording::start)) {
			Slices empty = new Slices(trace.empty(), Profiler.beats(duration), out);
			if (this.profiler.await(duration, () -> isSent(() -> {
				if (trace.isPending()) {
					empty.sendRest();
					trace.sendTo(out);
				}
				empty.sendOne();
			}))) {
				empty.sendRest();
				trace.finish(out);
			}
		}
		finally {
			this.profiler.releasePlace();
		}
	}

	private static String title(ProfileKind kind, Duration duration) {
		String name = (kind == ProfileKind.PROFILE) ? "cpu" : kind.lowerCaseName();
		return duration.isZero() ? name : name + ", " + duration.toSeconds() + " s";
	}

	private static boolean isSent(Beat beat) {
		try {
			beat.send();
			return true;
		}
		catch (IOException ex) {
			return false;
		}
	}

	/**
	 * Something small to send.
	 */
	@FunctionalInterface
	private interface Beat {

		void send() throws IOException;

	}

	/** Data that is sent in parts, and wholly if any part was. */
	private static final class Slices {

		private final byte[] data;

		private final int size;

		private final OutputStream out;

		private int sent;

		Slices(byte[] data, int count, OutputStream out) {
			this.data = data;
			this.size = data.length / (count + 1);
			this.out = out;
		}

		void sendOne() throws IOException {
			this.out.write(this.data, this.sent, this.size);
			this.out.flush();
			this.sent += this.size;
		}

		/** After that it can be sent again. */
		void sendRest() throws IOException {
			if (this.sent > 0) {
				this.out.write(this.data, this.sent, this.data.length - this.sent);
				this.sent = 0;
			}
		}

	}

}
