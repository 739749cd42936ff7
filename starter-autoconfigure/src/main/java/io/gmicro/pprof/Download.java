package io.gmicro.pprof;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;

import io.gmicro.jfr.ProfilingException;
import io.gmicro.profile.Profile;
import io.gmicro.recorder.Profiler;
import io.gmicro.recorder.TraceRecording;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

/**
 * A response that takes a while. It ends early if the client disconnects.
 */
final class Download {

	private final Profiler profiler;

	private final HttpServletResponse response;

	private String problem = "";

	Download(Profiler profiler, HttpServletResponse response) {
		this.profiler = profiler;
		this.response = response;
	}

	/** Sends a profile. A duration of zero needs no time span from now on. */
	void profile(ProfileSource source, Duration duration) throws IOException, ProfilingException, InterruptedException {
		HeartbeatGzip gzip = new HeartbeatGzip(this.response.getOutputStream());
		Profile profile = profile(source, duration, gzip::beat);
		if (profile != null) {
			gzip.finish(profile.toByteArray());
		}
	}

	/** Sends a profile as text, after empty lines as heartbeats. */
	void folded(ProfileSource source, Duration duration) throws IOException, ProfilingException, InterruptedException {
		PrintWriter out = this.response.getWriter();
		Profile profile = profile(source, duration, () -> {
			out.write('\n');
			if (out.checkError()) {
				throw new IOException("The client has disconnected");
			}
		});
		if (profile != null) {
			FoldedText.write(profile, source.mainValue(), out);
		}
	}

	private @Nullable Profile profile(ProfileSource source, Duration duration, Profiler.Heartbeat heartbeat)
			throws IOException, ProfilingException, InterruptedException {
		return duration.isZero() ? source.now() : watch(source, duration, heartbeat);
	}

	/**
	 * Once the response is committed the status cannot change, so a profile without
	 * samples contains the error as a comment.
	 */
	private @Nullable Profile watch(ProfileSource source, Duration duration, Profiler.Heartbeat heartbeat)
			throws IOException, ProfilingException, InterruptedException {
		try {
			return source.watch(duration, heartbeat);
		}
		catch (ProfilingException ex) {
			if (!this.response.isCommitted()) {
				throw ex;
			}
			this.problem = ": nothing was recorded, " + ex.getMessage();
			return source.empty().time(Instant.now()).comment("Nothing was recorded: " + ex.getMessage());
		}
	}

	/**
	 * Sends a flame graph, after white space as heartbeats. A duration of zero needs no
	 * time span from now on.
	 */
	void flameGraph(ProfileSource source, Duration duration)
			throws IOException, ProfilingException, InterruptedException {
		if (!FlameGraphPage.isAvailable()) {
			throw new ProfilingException(HttpServletResponse.SC_NOT_IMPLEMENTED,
					"flame graphs need tools.profiler:jfr-converter on the class path");
		}
		String nonce = FlameGraphPage.nonce();
		this.response.setHeader("Content-Security-Policy", FlameGraphPage.contentSecurityPolicy(nonce));
		OutputStream out = this.response.getOutputStream();
		Profile profile = profile(source, duration, () -> {
			out.write('\n');
			out.flush();
		});
		if (profile != null) {
			String title = source.title() + (duration.isZero() ? "" : ", " + duration.toSeconds() + " s");
			FlameGraphPage.write(out, title + this.problem, source.unit(), profile, source.mainValue(), nonce);
		}
	}

	/**
	 * Sends a recording of the given time span, which starts now. The heartbeats are
	 * parts of an empty recording before it.
	 */
	void trace(Duration duration) throws IOException, ProfilingException, InterruptedException {
		OutputStream out = this.response.getOutputStream();
		this.profiler.limited(() -> {
			try (TraceRecording trace = TraceRecording.start()) {
				Slices empty = new Slices(trace.empty(), Profiler.heartbeats(duration), out);
				boolean wanted = this.profiler.await(duration, () -> {
					if (trace.isPending()) {
						empty.sendRest();
						trace.sendTo(out);
					}
					empty.sendOne();
				});
				if (wanted) {
					empty.sendRest();
					trace.finish(out);
				}
				return wanted;
			}
		});
	}

	/** Data that is sent in parts. */
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

		/** Completes the data if any of it was sent, after which it can be sent again. */
		void sendRest() throws IOException {
			if (this.sent > 0) {
				this.out.write(this.data, this.sent, this.data.length - this.sent);
				this.sent = 0;
			}
		}

	}

}
