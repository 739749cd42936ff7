package io.gmicro.slow;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.gmicro.inflight.ActiveOperations;
import io.gmicro.inflight.Operation;
import org.jspecify.annotations.Nullable;

/**
 * What the page shows, whatever form it takes.
 *
 * @param time when this was seen, by the wall clock
 * @param running the requests that are being served, oldest first
 * @param runningNotShown how many more are being served
 * @param live the stack that was asked for, or {@code null}
 * @param slow what was slow, the route with the slowest request first
 */
record RequestsView(Instant time, List<Running> running, int runningNotShown, @Nullable LiveStack live,
		List<Group> slow) {

	static final int MAX_RUNNING = 200;

	static RequestsView of(ActiveOperations active, Thresholds thresholds, List<SlowRequest> newestFirst,
			@Nullable LiveStack live) {
		long now = System.nanoTime();
		List<Operation> operations = new ArrayList<>();
		active.forEach(operations::add);
		operations.sort(Comparator.comparingLong((operation) -> operation.startNanos() - now));
		List<Running> running = operations.stream()
			.limit(MAX_RUNNING)
			.map((operation) -> Running.of(operation, active, thresholds, now))
			.toList();
		return new RequestsView(Instant.now(), running, operations.size() - running.size(), live, group(newestFirst));
	}

	private static List<Group> group(List<SlowRequest> newestFirst) {
		Map<String, List<SlowRequest>> routes = new LinkedHashMap<>();
		for (SlowRequest request : newestFirst) {
			routes.computeIfAbsent(request.route(), (route) -> new ArrayList<>()).add(request);
		}
		return routes.entrySet()
			.stream()
			.map((entry) -> new Group(entry.getKey(), entry.getValue()))
			.sorted(Comparator.comparing(Group::slowest).reversed())
			.toList();
	}

	/**
	 * A request that is being served.
	 *
	 * @param id names it
	 * @param method its method label
	 * @param route the path template, or {@code null} as long as nothing has matched
	 * @param age how long it has been running
	 * @param threshold from when on it is slow
	 * @param longLived whether it is a stream that is never slow
	 * @param thread the name of its thread, or {@code null} if it holds none
	 */
	record Running(String id, String method, @Nullable String route, Duration age, Duration threshold,
			boolean longLived, @Nullable String thread) {

		private static Running of(Operation operation, ActiveOperations active, Thresholds thresholds, long now) {
			String route = operation.pattern();
			Thread thread = operation.thread();
			return new Running(RequestId.of(operation, active).toString(), operation.kind(), route,
					Duration.ofNanos(Math.max(now - operation.startNanos(), 0)),
					Duration.ofNanos(thresholds.nanos(route)), operation.isLongLived(),
					(thread != null) ? thread.getName() : null);
		}

		boolean isSlow() {
			return !this.longLived && this.age.compareTo(this.threshold) > 0;
		}

	}

	/**
	 * The slow requests of one route.
	 *
	 * @param route the route label
	 * @param requests the requests, newest first, at least one
	 */
	record Group(String route, List<SlowRequest> requests) {

		Duration slowest() {
			return this.requests.stream().map(SlowRequest::duration).reduce(Duration.ZERO, Group::longer);
		}

		private static Duration longer(Duration first, Duration second) {
			return (first.compareTo(second) < 0) ? second : first;
		}

	}

}
