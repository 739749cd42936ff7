package io.gmicro.slow;

import java.util.Locale;
import java.util.concurrent.TimeUnit;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Writes one line a slow request, and few lines when there are many: past a number of
 * lines a minute it counts, and says the count in the next line it writes. Used by the
 * watchdog's thread alone.
 */
final class SlowRequestLog {

	private static final Log logger = LogFactory.getLog("io.gmicro.slow.SlowRequests");

	private static final int LINES_A_MINUTE = 20;

	private static final int FRAMES = 5;

	private long windowStart;

	private int written;

	private int suppressed;

	void write(SlowRequest request, long now) {
		if (now - this.windowStart >= TimeUnit.MINUTES.toNanos(1) || this.written == 0) {
			this.windowStart = now;
			this.written = 0;
		}
		if (this.written == LINES_A_MINUTE) {
			this.suppressed++;
			return;
		}
		this.written++;
		logger.warn(line(request));
		this.suppressed = 0;
	}

	private String line(SlowRequest request) {
		StringBuilder line = new StringBuilder("Slow request: ").append(request.method())
			.append(' ')
			.append(request.route())
			.append(" took ")
			.append(String.format(Locale.ROOT, "%.3f s", request.duration().toNanos() / 1e9))
			.append(", status ")
			.append(request.status());
		if (request.traceId() != null) {
			line.append(", trace ").append(request.traceId());
		}
		line.append(", sampled ").append(request.samples()).append(" times");
		String separator = ", last in ";
		for (int i = 0; i < Math.min(FRAMES, request.lastStack().length); i++) {
			line.append(separator).append(request.lastStack()[i]);
			separator = " <- ";
		}
		if (this.suppressed > 0) {
			line.append(" (").append(this.suppressed).append(" more were not written)");
		}
		return line.toString().replaceAll("\\p{Cntrl}", " ");
	}

}
