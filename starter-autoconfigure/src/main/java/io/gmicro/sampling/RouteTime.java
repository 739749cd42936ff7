package io.gmicro.sampling;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

import io.gmicro.meter.Overflow;
import io.gmicro.wall.WallProfiles;
import io.gmicro.wall.WallSample;
import io.micrometer.core.instrument.Counter;

/**
 * The time of one route, or gRPC method, by activity. Used only by the sampler thread.
 */
final class RouteTime {

	private final Map<String, Counter> counters = new HashMap<>();

	/** Time without a stack so far, by state. */
	private final long[] waiting = new long[RunState.values().length];

	/** When a stack was last taken, by state. */
	private final long[] sampled = new long[RunState.values().length];

	private final Calibration calibration = new Calibration();

	private final String label;

	private final Function<String, Counter> counter;

	private final WallProfiles profiles;

	/** The method of the latest request. */
	private String method = Overflow.OTHER;

	/**
	 * Create an instance without time.
	 * @param label the label of the route in profiles
	 * @param counter creates the counter of an activity
	 * @param profiles receives each sample
	 * @param now the current time
	 */
	RouteTime(String label, Function<String, Counter> counter, WallProfiles profiles, long now) {
		this.label = label;
		this.counter = counter;
		this.profiles = profiles;
		Arrays.fill(this.sampled, now);
	}

	/** Returns how much of the time that a look represents is to be added. */
	long calibrated(long nanos) {
		return this.calibration.add(nanos);
	}

	/** Adds time that the next stack in the same state explains. */
	void wait(RunState state, long nanos) {
		this.waiting[state.ordinal()] += nanos;
	}

	/** Returns the time that a stack explains, once. */
	long explained(RunState state, long now) {
		long nanos = this.waiting[state.ordinal()];
		this.waiting[state.ordinal()] = 0;
		this.sampled[state.ordinal()] = now;
		return nanos;
	}

	void add(String method, String activity, StackTraceElement[] stack, long nanos) {
		this.method = method;
		this.profiles.add(new WallSample(method, this.label, activity, stack, nanos));
		this.counters.computeIfAbsent(activity, this.counter).increment(nanos / 1e9);
	}

	/**
	 * Adds time that no stack explains.
	 * @param now the current time
	 * @param patience how long to wait for a stack
	 */
	void settle(long now, long patience) {
		for (RunState state : RunState.values()) {
			if (now - this.sampled[state.ordinal()] > patience) {
				addUnsampled(state.activity(), explained(state, now));
			}
		}
	}

	/**
	 * Adds the time that looks have missed.
	 * @param exact the time so far of requests that have ended and of those in flight, in
	 * nanoseconds
	 */
	void complete(double exact) {
		addUnsampled(SamplerActivities.NOT_SAMPLED, this.calibration.compare(exact));
	}

	private void addUnsampled(String activity, long nanos) {
		if (nanos > 0) {
			add(this.method, activity, StackSource.NONE, nanos);
		}
	}

}
