package io.gmicro.slow;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import io.gmicro.diagnostics.OwnCode;
import io.gmicro.inflight.ActiveOperations;
import io.gmicro.inflight.Operation;
import io.gmicro.meter.Overflow;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot of the requests in flight and of the last slow requests, for all formats of
 * the page.
 *
 * @param time the time of the snapshot
 * @param running the requests in flight: first those that hold a thread, then those that
 * are asynchronous, then streams that hold a thread, each group oldest first
 * @param runningNotShown the number of further such requests
 * @param streams the streams that hold no thread, by route, the route with most streams
 * first
 * @param live the requested stack, or {@code null}
 * @param slow the slow requests, the route with the slowest request first
 * @param own the application's own code
 */
public record RequestsView(Instant time, List<Running> running, int runningNotShown, List<Streams> streams,
		@Nullable LiveStack live, List<Group> slow, OwnCode own) {

	static final int MAX_RUNNING = 200;

	private static final int MAX_STREAM_ROUTES = 50;

	static RequestsView of(ActiveOperations active, Thresholds thresholds, List<SlowRequest> newestFirst,
			@Nullable LiveStack live, OwnCode own) {
		long now = System.nanoTime();
		// A set, because an operation that moves meanwhile is visited twice
		Set<Operation> operations = new LinkedHashSet<>();
		active.forEach(operations::add);
		List<Running> all = operations.stream().map((operation) -> Running.of(operation, thresholds, now)).toList();
		List<Running> rows = all.stream()
			.filter((request) -> !request.isWaitingStream())
			.sorted(Comparator.comparing(Running::longLived)
				.thenComparing((request) -> request.thread() == null)
				.thenComparing(Running::age, Comparator.reverseOrder()))
			.toList();
		List<Running> shown = rows.subList(0, Math.min(rows.size(), MAX_RUNNING));
		return new RequestsView(Instant.now(), shown, rows.size() - shown.size(), streams(all), live,
				group(newestFirst, own), own);
	}

	private static List<Streams> streams(List<Running> all) {
		Map<String, List<Running>> routes = new LinkedHashMap<>();
		all.stream()
			.filter(Running::isWaitingStream)
			.forEach((stream) -> routes
				.computeIfAbsent(stream.method() + ' ' + stream.route(), (route) -> new ArrayList<>())
				.add(stream));
		List<Streams> streams = routes.values()
			.stream()
			.map(Streams::of)
			.sorted(Comparator.comparingInt(Streams::count).reversed())
			.toList();
		if (streams.size() <= MAX_STREAM_ROUTES) {
			return streams;
		}
		List<Streams> most = new ArrayList<>(streams.subList(0, MAX_STREAM_ROUTES));
		most.add(Streams.others(streams.subList(MAX_STREAM_ROUTES, streams.size())));
		return most;
	}

	/** The number of requests in flight, including those that are not shown. */
	public int runningCount() {
		return this.running.size() + this.runningNotShown + this.streams.stream().mapToInt(Streams::count).sum();
	}

	private static List<Group> group(List<SlowRequest> newestFirst, OwnCode own) {
		Map<String, List<Slow>> routes = new LinkedHashMap<>();
		for (SlowRequest request : newestFirst) {
			routes.computeIfAbsent(request.route(), (route) -> new ArrayList<>()).add(Slow.of(request, own));
		}
		return routes.entrySet()
			.stream()
			.map((entry) -> new Group(entry.getKey(), entry.getValue()))
			.sorted(Comparator.comparing(Group::slowest).reversed())
			.toList();
	}

	/**
	 * A request in flight.
	 *
	 * @param id its ID, see {@link LiveStack}
	 * @param method the method label
	 * @param route the path template, or {@code null} until one has matched
	 * @param age the time since its start
	 * @param threshold the duration above which it is slow
	 * @param longLived whether it is a stream, which is never slow
	 * @param thread the name of its thread, or {@code null} if it holds none
	 */
	public record Running(String id, String method, @Nullable String route, Duration age, Duration threshold,
			boolean longLived, @Nullable String thread) {

		private static Running of(Operation operation, Thresholds thresholds, long now) {
			String route = operation.pattern();
			Thread thread = operation.thread();
			return new Running(LiveStack.id(operation), operation.methodText(), route,
					Duration.ofNanos(Math.max(now - operation.startNanos(), 0)),
					Duration.ofNanos(thresholds.nanos(route)), operation.isLongLived(),
					(thread != null) ? thread.getName() : null);
		}

		boolean isWaitingStream() {
			return this.longLived && this.thread == null;
		}

		/** Whether it has passed its threshold. */
		public boolean isSlow() {
			return !this.longLived && this.age.compareTo(this.threshold) > 0;
		}

	}

	/**
	 * The streams of one route that hold no thread.
	 *
	 * @param method the method label
	 * @param route the path template, or {@code null} if none has matched
	 * @param count the number of streams, at least one
	 * @param oldest the age of the oldest stream
	 */
	public record Streams(String method, @Nullable String route, int count, Duration oldest) {

		private static Streams of(List<Running> streams) {
			Running first = streams.get(0);
			return new Streams(first.method(), first.route(), streams.size(),
					longest(streams.stream().map(Running::age)));
		}

		private static Streams others(List<Streams> streams) {
			return new Streams(Overflow.OTHER, Overflow.OTHER, streams.stream().mapToInt(Streams::count).sum(),
					longest(streams.stream().map(Streams::oldest)));
		}

	}

	private static Duration longest(Stream<Duration> durations) {
		return durations.max(Comparator.naturalOrder()).orElse(Duration.ZERO);
	}

	/**
	 * The slow requests of one route.
	 *
	 * @param route the route label
	 * @param requests the requests, newest first, at least one
	 */
	public record Group(String route, List<Slow> requests) {

		/** The duration of the slowest request. */
		public Duration slowest() {
			return longest(this.requests.stream().map(Slow::duration));
		}

	}

	/**
	 * A slow request.
	 *
	 * @param start its start
	 * @param method the method label
	 * @param status the status that the client received
	 * @param duration its duration
	 * @param thread the name of the last thread that served it, or
	 * {@link RequestText#ASYNCHRONOUS}
	 * @param traceId the ID of its trace, or {@code null}
	 * @param samples the number of stack samples
	 * @param stoodStill how long the process stood still meanwhile
	 * @param coldStart whether the application had just been started
	 * @param activities the share of each activity, largest first
	 * @param timeline what it did, one part after another
	 * @param hottest the frame with most samples
	 * @param stacks its stacks, outermost call first
	 */
	public record Slow(Instant start, String method, String status, Duration duration, String thread,
			@Nullable String traceId, int samples, Duration stoodStill, boolean coldStart,
			List<Timeline.Share> activities, List<Timeline.Part> timeline, HottestFrame hottest,
			List<FrameChain> stacks) {

		static Slow of(SlowRequest request, OwnCode own) {
			return new Slow(request.start(), request.method(), request.status(), request.duration(), request.thread(),
					request.traceId(), request.samples(),
					Duration.ofNanos(request.stacks().time(StackTree.STOOD_STILL)), request.coldStart(),
					request.timeline().shares(), request.timeline().parts(), HottestFrame.of(request.stacks(), own),
					FrameChain.of(request.stacks()));
		}

	}

}
