package io.gmicro.sampling;

import java.time.Duration;

import io.gmicro.diagnostics.OwnCode;
import io.gmicro.inflight.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Writes a line when a request passes its threshold and one when it has ended. Of each
 * kind there are at most {@value LineLimit#LINES_A_MINUTE} a minute; how many more there
 * were is a separate line once the minute is over. Used by the watchdog's thread alone.
 */
final class SlowRequestLog {

	private final LineLimit running = new LineLimit();

	private final LineLimit ended = new LineLimit();

	private final OwnCode own;

	SlowRequestLog(OwnCode own) {
		this.own = own;
	}

	/**
	 * A request has passed its threshold.
	 * @param operation the request
	 * @param asynchronous whether it held no thread
	 * @param stacks the first stack that was seen of it, or {@code null}
	 * @param threshold from when on it is slow
	 * @param now the time
	 */
	void running(Operation operation, boolean asynchronous, @Nullable StackTree stacks, long threshold, long now) {
		if (this.running.allows(now)) {
			String route = operation.pattern();
			StringBuilder line = new StringBuilder("Slow request still running: ").append(operation.methodText())
				.append(' ')
				.append((route != null) ? route : "(" + RequestText.NOT_MATCHED + ")")
				.append(" after ")
				.append(seconds(now - operation.startNanos()))
				.append(", threshold ")
				.append(seconds(threshold));
			if (asynchronous) {
				line.append(", ").append(RequestText.ASYNCHRONOUS);
			}
			else if (stacks != null && stacks.root().samples() > 0) {
				where(line.append(", in "), HottestFrame.of(stacks, this.own), "");
			}
			warn(line);
		}
	}

	/**
	 * A slow request has ended.
	 * @param request the request
	 * @param now the time
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
		if (request.stacks().stoodStill() > 0) {
			line.append(", ").append(FrameText.stoodStill(request.stacks().stoodStill()).getMethodName());
		}
		HottestFrame spot = HottestFrame.of(request.stacks(), this.own);
		line.append(", ").append(RequestText.samples(spot, request.samples(), request.thread()));
		if (!spot.calls().isEmpty()) {
			where(line.append(" in "), spot, "of which " + spot.insideSamples() + " ");
		}
		return line;
	}

	private static void where(StringBuilder line, HottestFrame spot, String inside) {
		line.append(FrameText.fullName(spot.calls().get(0)));
		if (spot.inside() != null) {
			line.append(", ").append(inside).append("in ").append(FrameText.fullName(spot.inside()));
		}
	}

	void stoodStill(long nanos) {
		warn(new StringBuilder("The process stood still for ").append(seconds(nanos))
			.append(": it was stopped or swapped out, its machine paused, or garbage was collected"));
	}

	/** Write how many lines there were not, once a minute is over. */
	void tick(long now) {
		untold(this.running.end(now), this.ended.end(now));
	}

	/** Write how many lines there were not, since there will be no more. */
	void close() {
		untold(this.running.end(), this.ended.end());
	}

	private static void untold(int running, int ended) {
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
		return TimeText.seconds(Duration.ofNanos(nanos)) + " s";
	}

}
