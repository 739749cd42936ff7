package io.gmicro.recorder;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import io.gmicro.profile.Frame;
import jdk.jfr.consumer.RecordedThread;
import org.jspecify.annotations.Nullable;

/**
 * A stack that a thread was seen in at one moment, before it is labelled with the request
 * that the thread served then.
 */
final class TimedSample {

	private final long thread;

	private final boolean virtual;

	private final long time;

	private final List<Frame> stack;

	private final long[] values;

	private Map<String, String> labels;

	private long requestStart = Long.MIN_VALUE;

	/**
	 * Create a sample.
	 * @param thread the thread, or {@code null} if it is not known
	 * @param time when it was seen
	 * @param stack its stack, innermost first
	 * @param values what the sample counts for
	 * @param wanted the labels that were asked for
	 */
	TimedSample(@Nullable RecordedThread thread, Instant time, List<Frame> stack, long[] values,
			Set<SampleLabel> wanted) {
		this.thread = (thread != null) ? thread.getJavaThreadId() : ThreadUsage.UNKNOWN;
		this.virtual = thread != null && thread.hasField("virtual") && thread.getBoolean("virtual");
		this.time = nanos(time);
		this.stack = stack;
		this.values = values;
		String name = (thread != null && wanted.contains(SampleLabel.THREAD)) ? thread.getJavaName() : null;
		this.labels = (name != null) ? Map.of("thread", name) : Map.of();
	}

	static long nanos(Instant time) {
		return TimeUnit.SECONDS.toNanos(time.getEpochSecond()) + time.getNano();
	}

	/**
	 * The sample was taken during a request. Of several, the one that began last counts.
	 */
	void during(long requestStart, Map<String, String> requestLabels) {
		if (requestStart > this.requestStart) {
			this.requestStart = requestStart;
			String name = this.labels.get("thread");
			this.labels = requestLabels;
			if (name != null) {
				this.labels = new HashMap<>(requestLabels);
				this.labels.put("thread", name);
			}
		}
	}

	long thread() {
		return this.thread;
	}

	/** Who the JVM keeps account of. */
	long owner() {
		return this.virtual ? ThreadUsage.CARRIERS : this.thread;
	}

	long time() {
		return this.time;
	}

	List<Frame> stack() {
		return this.stack;
	}

	long[] values() {
		return this.values;
	}

	Map<String, String> labels() {
		return this.labels;
	}

}
