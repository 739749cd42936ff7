package io.gmicro.wall;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.gmicro.profile.Frame;
import io.gmicro.profile.Profile;
import io.gmicro.profile.ValueType;

/**
 * Makes profiles of sums of samples.
 */
final class WallProfileBuilder {

	/** Rarer stacks are added to the frame {@code [other]} of their labels. */
	static final int MAX_STACKS = 20_000;

	private static final ValueType COUNT = new ValueType("samples", "count");

	private static final ValueType TIME = new ValueType("time", "nanoseconds");

	private final StackTable.View table;

	private final WallFilter filter;

	private final Map<Integer, Frame> frames = new HashMap<>();

	private final Map<Integer, StackTable.Labels> labels = new HashMap<>();

	private WallProfileBuilder(StackTable.View table, WallFilter filter) {
		this.table = table;
		this.filter = filter;
	}

	static Profile create() {
		return new Profile(COUNT, TIME).defaultSampleType(TIME.type())
			.comment("Wall-clock time of requests and calls in flight");
	}

	static Profile build(StackTable.View table, List<StackSums.Bucket> buckets, WallFilter filter, Instant start,
			Duration duration) {
		return new WallProfileBuilder(table, filter).build(buckets, start, duration);
	}

	private Profile build(List<StackSums.Bucket> buckets, Instant start, Duration duration) {
		StackSums.Bucket sums = merge(buckets);
		Profile profile = create().period(TIME, meanNanos(sums)).time(start).duration(duration);
		int shown = 0;
		for (int i : sums.mostFrequentFirst()) {
			int stack = (shown++ < MAX_STACKS) ? sums.stack(i) : StackTable.OTHER_STACK;
			StackTable.Labels named = labels(sums.labels(i));
			profile.add(frames(stack, named.activity()),
					Map.of("route", named.route(), "method", named.method(), "activity", named.activity()),
					sums.counts()[i], sums.nanos()[i]);
		}
		return profile;
	}

	private StackSums.Bucket merge(List<StackSums.Bucket> buckets) {
		StackSums sums = new StackSums(MemoryBudget.unlimited());
		for (StackSums.Bucket bucket : buckets) {
			for (int i = 0; i < bucket.keys().length; i++) {
				StackTable.Labels named = labels(bucket.labels(i));
				if (this.filter.accepts(named.route(), named.method(), named.activity())) {
					sums.add(bucket.labels(i), bucket.stack(i), bucket.counts()[i], bucket.nanos()[i]);
				}
			}
		}
		return sums.copy(0);
	}

	private static long meanNanos(StackSums.Bucket sums) {
		long samples = 0;
		long nanos = 0;
		for (int i = 0; i < sums.keys().length; i++) {
			samples += sums.counts()[i];
			nanos += sums.nanos()[i];
		}
		return nanos / Math.max(samples, 1);
	}

	private StackTable.Labels labels(int id) {
		return this.labels.computeIfAbsent(id, this.table::labels);
	}

	private List<Frame> frames(int stack, String activity) {
		return switch (stack) {
			case StackTable.NO_STACK -> List.of(Frame.named("[" + activity.replace('_', ' ') + "]"));
			case StackTable.OTHER_STACK -> List.of(Frame.named("[other]"));
			default -> {
				List<Frame> innermostFirst = new ArrayList<>();
				for (int rest = stack; rest != StackTable.NO_STACK; rest = this.table.caller(rest)) {
					innermostFirst.add(this.frames.computeIfAbsent(this.table.innermost(rest), this::frame));
				}
				yield innermostFirst;
			}
		};
	}

	private Frame frame(int id) {
		StackTraceElement call = this.table.call(id);
		return call.getClassName().isEmpty() ? Frame.named(call.getMethodName()) : Frame.of(call);
	}

}
