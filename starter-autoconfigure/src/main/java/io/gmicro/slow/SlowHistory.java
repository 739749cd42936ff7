package io.gmicro.slow;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The slow requests that are kept. If these are too many, the oldest is evicted that is
 * neither the first nor the slowest of its route and minute. If there is none, the one is
 * evicted whose neighbors of the same route are closest in relation to its age, so that
 * the beginning of an incident outlives its end. The slowest of a route stays.
 * Thread-safe.
 */
final class SlowHistory {

	private static final Duration BEFORE_THE_FIRST = Duration.ofHours(1);

	private static final Comparator<SlowRequest> BY_DURATION = Comparator.comparing(SlowRequest::duration);

	private final int capacity;

	private final Map<Period, Extremes> periods = new HashMap<>();

	/** Those that are neither the first nor the slowest of a period, oldest first. */
	private final Deque<SlowRequest> others = new ArrayDeque<>();

	/**
	 * Create an empty history.
	 * @param capacity the maximum number of requests, at least 1
	 */
	SlowHistory(int capacity) {
		this.capacity = capacity;
	}

	synchronized void add(SlowRequest request) {
		Extremes extremes = this.periods.get(Period.of(request));
		if (extremes == null) {
			this.periods.put(Period.of(request), new Extremes(request));
		}
		else if (BY_DURATION.compare(request, extremes.slowest) > 0) {
			if (extremes.slowest != extremes.first) {
				this.others.add(extremes.slowest);
			}
			extremes.slowest = request;
		}
		else {
			this.others.add(request);
		}
		if (this.others.size() + extremes().count() > this.capacity && this.others.poll() == null) {
			evict(request);
		}
	}

	private Stream<SlowRequest> extremes() {
		return this.periods.values().stream().flatMap(Extremes::stream);
	}

	private void evict(SlowRequest latest) {
		Map<String, List<SlowRequest>> routes = new HashMap<>();
		extremes().sorted(Comparator.comparing(SlowHistory::end))
			.forEach((request) -> routes
				.computeIfAbsent(request.method() + ' ' + request.route(), (route) -> new ArrayList<>())
				.add(request));
		SlowRequest least = null;
		double leastIsolation = Double.MAX_VALUE;
		for (List<SlowRequest> route : routes.values()) {
			SlowRequest slowest = route.stream().max(BY_DURATION).orElse(latest);
			for (int i = 0; i < route.size(); i++) {
				SlowRequest request = route.get(i);
				double isolation = isolation(route, i, end(latest)) + ((request == slowest) ? 1e9 : 0);
				if (request != latest && isolation < leastIsolation) {
					least = request;
					leastIsolation = isolation;
				}
			}
		}
		remove((least != null) ? least : latest);
	}

	/** The time between the neighbors of a request in relation to its age. */
	private static double isolation(List<SlowRequest> route, int index, Instant now) {
		Instant end = end(route.get(index));
		Instant before = (index > 0) ? end(route.get(index - 1)) : end.minus(BEFORE_THE_FIRST);
		Instant after = (index < route.size() - 1) ? end(route.get(index + 1)) : now;
		return Duration.between(before, after).toMillis() / (Duration.between(end, now).toMillis() + 1.0);
	}

	private void remove(SlowRequest request) {
		Extremes extremes = this.periods.get(Period.of(request));
		if (extremes == null || extremes.first == extremes.slowest) {
			this.periods.remove(Period.of(request));
		}
		else if (extremes.first == request) {
			extremes.first = extremes.slowest;
		}
		else {
			extremes.slowest = extremes.first;
		}
	}

	synchronized List<SlowRequest> newestFirst() {
		return Stream.concat(extremes(), this.others.stream())
			.sorted(Comparator.comparing(SlowHistory::end).reversed())
			.toList();
	}

	private static Instant end(SlowRequest request) {
		return request.start().plus(request.duration());
	}

	/**
	 * A minute of a route. Requests of a cold start have their own, so that they do not
	 * push out others.
	 */
	private record Period(String method, String route, boolean coldStart, long minute) {

		static Period of(SlowRequest request) {
			return new Period(request.method(), request.route(), request.coldStart(),
					Math.floorDiv(end(request).getEpochSecond(), Duration.ofMinutes(1).toSeconds()));
		}

	}

	/**
	 * The first and the slowest request of a period, which may be the same.
	 */
	private static final class Extremes {

		private SlowRequest first;

		private SlowRequest slowest;

		Extremes(SlowRequest request) {
			this.first = request;
			this.slowest = request;
		}

		Stream<SlowRequest> stream() {
			return (this.first == this.slowest) ? Stream.of(this.first) : Stream.of(this.first, this.slowest);
		}

	}

}
