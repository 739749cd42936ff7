package io.gmicro.slow;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * What a request did, one part after another. It has at most {@value #MAX_PARTS} parts:
 * beyond that, each two neighbors become one with the activity of the longer. Not
 * thread-safe.
 */
public final class Timeline {

	static final int MAX_PARTS = 60;

	private final Map<String, Long> activities = new LinkedHashMap<>();

	private List<Part> parts = new ArrayList<>();

	private long end;

	/** Create an empty timeline. */
	Timeline() {
	}

	/**
	 * Appends time.
	 * @param activity what the request did
	 * @param call the call of the application that did it, or {@code null}
	 * @param nanos the time
	 */
	void add(String activity, @Nullable StackTraceElement call, long nanos) {
		if (nanos <= 0) {
			return;
		}
		this.activities.merge(activity, nanos, Long::sum);
		append(new Part(activity, call, this.end, this.end + nanos));
		this.end += nanos;
		if (this.parts.size() > MAX_PARTS) {
			halve();
		}
	}

	private void append(Part part) {
		Part last = this.parts.isEmpty() ? null : this.parts.get(this.parts.size() - 1);
		if (last != null && last.isLike(part)) {
			this.parts.set(this.parts.size() - 1, last.until(part.endNanos()));
		}
		else {
			this.parts.add(part);
		}
	}

	private void halve() {
		List<Part> fine = this.parts;
		this.parts = new ArrayList<>();
		for (int i = 0; i < fine.size(); i += 2) {
			Part first = fine.get(i);
			Part second = fine.get(Math.min(i + 1, fine.size() - 1));
			Part longer = (first.nanos() >= second.nanos()) ? first : second;
			append(new Part(longer.activity(), longer.call(), first.startNanos(), second.endNanos()));
		}
	}

	List<Part> parts() {
		return List.copyOf(this.parts);
	}

	/** The time of each activity, longest first. */
	List<Share> shares() {
		return this.activities.entrySet()
			.stream()
			.sorted(Map.Entry.<String, Long>comparingByValue().reversed())
			.map((entry) -> new Share(entry.getKey(), Duration.ofNanos(entry.getValue()),
					(double) entry.getValue() / Math.max(this.end, 1)))
			.toList();
	}

	/**
	 * A part of the time of a request.
	 *
	 * @param activity what the request did
	 * @param call the call that did it: the innermost of the application's own code, if
	 * there is one; {@code null} without a stack
	 * @param startNanos the start, from the start of the request
	 * @param endNanos the end, from the start of the request
	 */
	public record Part(String activity, @Nullable StackTraceElement call, long startNanos, long endNanos) {

		private boolean isLike(Part other) {
			return this.activity.equals(other.activity) && Objects.equals(method(this.call), method(other.call));
		}

		private static @Nullable String method(@Nullable StackTraceElement call) {
			return (call != null) ? call.getClassName() + "." + call.getMethodName() : null;
		}

		private Part until(long endNanos) {
			return new Part(this.activity, this.call, this.startNanos, endNanos);
		}

		private long nanos() {
			return this.endNanos - this.startNanos;
		}

	}

	/**
	 * The share of an activity in the time of a request.
	 *
	 * @param activity the activity
	 * @param time its time
	 * @param part its part of the whole time, from 0 to 1
	 */
	public record Share(String activity, Duration time, double part) {

		/** The part in percent, rounded. */
		public long percent() {
			return Math.round(this.part * 100);
		}

	}

}
