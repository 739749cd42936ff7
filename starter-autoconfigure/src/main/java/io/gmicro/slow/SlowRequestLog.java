package io.gmicro.slow;

import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;

import io.gmicro.diagnostics.OwnCode;
import io.gmicro.inflight.Operation;
import io.gmicro.sampling.SamplerActivities;
import org.jspecify.annotations.Nullable;

/**
 * Logs when a request passes its threshold and when a slow request has ended, at most
 * {@value #LINES_PER_MINUTE} lines of each kind per minute. At the end of the minute
 * another line reports how many were left out. Used only by the sampler thread.
 */
final class SlowRequestLog {

	private static final int LINES_PER_MINUTE = 20;

	private final LineLimit running = new LineLimit();

	private final LineLimit ended = new LineLimit();

	private final OwnCode own;

	SlowRequestLog(OwnCode own) {
		this.own = own;
	}

	/**
	 * Logs that a request has passed its threshold.
	 * @param operation the request
	 * @param samples its samples, or {@code null}
	 * @param threshold its threshold in nanoseconds
	 * @param now the current time
	 */
	void running(Operation operation, @Nullable RequestSamples samples, long threshold, long now) {
		if (this.running.allows(now)) {
			String route = operation.pattern();
			StringBuilder line = new StringBuilder("Slow request still running: ").append(operation.methodText())
				.append(' ')
				.append((route != null) ? route : "(" + RequestText.route(null) + ")")
				.append(" after ")
				.append(seconds(now - operation.startNanos()))
				.append(", threshold ")
				.append(seconds(threshold));
			if (operation.thread() == null) {
				line.append(", ").append(RequestText.ASYNCHRONOUS);
			}
			else if (samples != null && samples.stacks().root().samples() > 0) {
				activity(line.append(", "), samples.timeline());
				where(line.append("in "), HottestFrame.of(samples.stacks(), this.own), "");
			}
			warn(line);
		}
	}

	/** The known activity with the largest share of the time. */
	private static void activity(StringBuilder line, Timeline timeline) {
		timeline.shares()
			.stream()
			.min(Comparator.comparing((share) -> share.activity().equals(SamplerActivities.NOT_SAMPLED)))
			.ifPresent((share) -> line.append(RequestText.share(share)).append(", "));
	}

	/**
	 * Logs that a slow request has ended.
	 * @param request the request
	 * @param now the current time
	 */
	void ended(SlowRequest request, long now) {
		if (this.ended.allows(now)) {
			warn(line(request));
		}
	}

	StringBuilder line(SlowRequest request) {
		StringBuilder line = new StringBuilder("Slow request: ").append(request.method())
			.append(' ')
			.append(request.route())
			.append(" took ")
			.append(seconds(request.duration().toNanos()))
			.append(", status ")
			.append(request.status());
		if (request.traceId() != null) {
			line.append(", trace ").append(request.traceId());
		}
		HottestFrame hottest = HottestFrame.of(request.stacks(), this.own);
		activity(line.append(", "), request.timeline());
		line.append(RequestText.stoodStill(Duration.ofNanos(request.stacks().time(StackTree.STOOD_STILL))))
			.append(RequestText.samples(hottest, request.samples(), request.thread()));
		if (!hottest.calls().isEmpty()) {
			where(line.append(" in "), hottest, "of which " + hottest.insideSamples() + " ");
		}
		return line;
	}

	private static void where(StringBuilder line, HottestFrame hottest, String inside) {
		line.append(RequestText.fullName(hottest.calls().get(0)));
		if (hottest.inside() != null) {
			line.append(", ").append(inside).append("in ").append(RequestText.fullName(hottest.inside()));
		}
	}

	/** Logs how many lines were left out in a minute that is over. */
	void tick(long now) {
		leftOut(this.running.end(now), this.ended.end(now));
	}

	/** Logs how many lines were left out in the last minute. */
	void close() {
		leftOut(this.running.end(), this.ended.end());
	}

	private static void leftOut(int running, int ended) {
		if (running > 0) {
			warn(new StringBuilder("Slow requests still running: ").append(running)
				.append(" more within a minute, not logged"));
		}
		if (ended > 0) {
			warn(new StringBuilder("Slow requests: ").append(ended).append(" more within a minute, not logged"));
		}
	}

	private static void warn(StringBuilder line) {
		SlowRequests.logger.warn(line.toString().replaceAll("\\p{Cntrl}", " "));
	}

	private static String seconds(long nanos) {
		return RequestText.seconds(Duration.ofNanos(nanos)) + " s";
	}

	/**
	 * Counts the lines of a minute, which begins with its first line.
	 */
	private static final class LineLimit {

		private long start;

		private int lines;

		boolean allows(long now) {
			if (this.lines == 0) {
				this.start = now;
			}
			this.lines++;
			return this.lines <= LINES_PER_MINUTE;
		}

		int end(long now) {
			return (now - this.start >= TimeUnit.MINUTES.toNanos(1)) ? end() : 0;
		}

		/** Ends the minute and returns the number of lines that were left out. */
		int end() {
			int leftOut = Math.max(this.lines - LINES_PER_MINUTE, 0);
			this.lines = 0;
			return leftOut;
		}

	}

}
