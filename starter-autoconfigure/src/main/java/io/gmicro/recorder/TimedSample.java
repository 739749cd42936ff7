package io.gmicro.recorder;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.gmicro.profile.Frame;
import jdk.jfr.consumer.RecordedThread;
import org.jspecify.annotations.Nullable;

/**
 * A sample of a thread's stack with its time, so that it can be labelled with the request
 * that the thread served. Its values can be changed.
 */
final class TimedSample {

	private final long thread;

	private final boolean virtual;

	private final long time;

	private final List<Frame> stack;

	private final long[] values;

	/** The labels that do not depend on a request. */
	private final Map<String, String> own;

	private Map<String, String> labels;

	private long requestStart = Long.MIN_VALUE;

	/**
	 * Creates a sample.
	 * @param thread the thread, or {@code null} if it is unknown
	 * @param time the time of the sample
	 * @param stack the stack, innermost first
	 * @param values a value for each sample type
	 * @param labels its labels, without those of a request
	 */
	TimedSample(@Nullable RecordedThread thread, Instant time, List<Frame> stack, long[] values,
			Map<String, String> labels) {
		this.thread = (thread != null) ? thread.getJavaThreadId() : ThreadUsage.UNKNOWN;
		this.virtual = thread != null && thread.hasField("virtual") && thread.getBoolean("virtual");
		this.time = nanos(time);
		this.stack = stack;
		this.values = values;
		this.own = labels;
		this.labels = labels;
	}

	static long nanos(Instant time) {
		return TimeUnit.SECONDS.toNanos(time.getEpochSecond()) + time.getNano();
	}

	/** Sets the labels of a request. Of several requests, the latest one applies. */
	void during(long requestStart, Map<String, String> requestLabels) {
		if (requestStart > this.requestStart) {
			this.requestStart = requestStart;
			this.labels = requestLabels;
			if (!this.own.isEmpty()) {
				this.labels = new HashMap<>(requestLabels);
				this.labels.putAll(this.own);
			}
		}
	}

	long thread() {
		return this.thread;
	}

	/** The owner of the sample in {@link ThreadUsage}. */
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
