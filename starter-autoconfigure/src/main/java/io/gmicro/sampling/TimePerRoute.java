package io.gmicro.sampling;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

import io.gmicro.http.ActiveExchanges;
import io.gmicro.inflight.ActiveOperations;
import io.gmicro.inflight.Operation;
import io.gmicro.meter.Overflow;
import io.gmicro.route.RouteLabels;
import io.gmicro.wall.WallProfiles;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import org.jspecify.annotations.Nullable;

/**
 * Records {@code gmicro_http_server_time_seconds_total}, the time that requests spent by
 * route and activity, and {@code gmicro_rpc_server_time_seconds_total}, that of calls by
 * method. The activities of a route add up to the duration of its requests. Used only by
 * the sampler thread.
 */
public final class TimePerRoute {

	/** The name of the counter of requests. */
	static final String REQUESTS = "gmicro.http.server.time";

	/** The name of the counter of calls. */
	static final String CALLS = "gmicro.rpc.server.time";

	/** Time that no stack explains is recorded without one after this time. */
	private static final long PATIENCE = TimeUnit.SECONDS.toNanos(5);

	private static final int MAX_UNMATCHED = 1000;

	/** Other methods than those that are registered are one. */
	private static final int MAX_METHODS = 10_000;

	private static final Set<String> UNMATCHED = Set.of(RouteLabels.NOT_FOUND, RouteLabels.REDIRECTION,
			RouteLabels.UNKNOWN, Overflow.OTHER);

	private final Map<String, RouteTime> requests = new HashMap<>();

	private final Map<String, RouteTime> calls = new HashMap<>();

	private final Deque<Observed> unmatched = new ArrayDeque<>();

	private final ActiveOperations active;

	private final MeterRegistry registry;

	private final int maxRoutes;

	private final Supplier<String> contextPath;

	private final WallProfiles profiles;

	private final @Nullable DurationTotals totals;

	/** The time of the current look. */
	private long now = System.nanoTime();

	private long nextSettlement = this.now;

	/**
	 * Create an instance.
	 * @param active the requests and calls in flight
	 * @param registry the registry of the counters
	 * @param maxRoutes the maximum number of routes, and of methods
	 * @param contextPath the context path, with which routes begin
	 * @param profiles receives each sample
	 * @param totals the exact durations: what looks miss of them is
	 * {@link SamplerActivities#NOT_SAMPLED}; {@code null} if they are not known
	 */
	public TimePerRoute(ActiveExchanges active, MeterRegistry registry, int maxRoutes, Supplier<String> contextPath,
			WallProfiles profiles, @Nullable DurationTotals totals) {
		this(active.operations(), registry, maxRoutes, contextPath, profiles, totals);
	}

	TimePerRoute(ActiveOperations active, MeterRegistry registry, int maxRoutes, Supplier<String> contextPath,
			WallProfiles profiles, @Nullable DurationTotals totals) {
		this.active = active;
		this.registry = registry;
		this.maxRoutes = maxRoutes;
		this.contextPath = contextPath;
		this.profiles = profiles;
		this.totals = totals;
	}

	/**
	 * Adds time that an operation spent.
	 * @param operation the operation
	 * @param activity what it did
	 * @param stack the stack of its thread, innermost call first, or none
	 * @param nanos the time
	 */
	void add(Operation operation, String activity, StackTraceElement[] stack, long nanos) {
		add(new Observed(operation, null, true, activity, stack, nanos));
	}

	private void add(Observed observed) {
		String pattern = observed.operation().pattern();
		if (pattern != null) {
			add(observed, pattern);
		}
		else if (this.unmatched.size() < MAX_UNMATCHED) {
			this.unmatched.add(observed);
		}
		else {
			add(observed, RouteLabels.UNKNOWN);
		}
	}

	/**
	 * Adds time that is explained by a later stack of the same route, taken in the same
	 * state.
	 * @param operation the operation
	 * @param state what its thread did
	 * @param nanos the time
	 */
	void seen(Operation operation, RunState state, long nanos) {
		add(new Observed(operation, state, false, state.activity(), StackSource.NONE, nanos));
	}

	/**
	 * Adds a stack. It also explains the time that was {@link #seen} in the same state
	 * since the last such stack.
	 * @param operation the operation
	 * @param state what its thread did
	 * @param activity what the stack says
	 * @param stack the stack, innermost call first
	 * @param nanos the time that the stack represents
	 */
	void sampled(Operation operation, RunState state, String activity, StackTraceElement[] stack, long nanos) {
		add(new Observed(operation, state, true, activity, stack, nanos));
	}

	private void add(Observed observed, String pattern) {
		RouteTime route = route(observed.operation(), pattern);
		RunState state = observed.state();
		long nanos = route.calibrated(observed.nanos());
		if (state != null && !observed.explained()) {
			route.wait(state, nanos);
			return;
		}
		if (state != null) {
			nanos += route.explained(state, this.now);
		}
		route.add(observed.operation().methodText(), observed.activity(), observed.stack(), nanos);
	}

	/**
	 * Ends a look: records what has waited long enough, and the time of requests that
	 * were matched meanwhile.
	 * @param now the current time
	 */
	void settle(long now) {
		this.now = now;
		for (Iterator<Observed> all = this.unmatched.iterator(); all.hasNext();) {
			Observed observed = all.next();
			String pattern = pattern(observed.operation(), now);
			if (pattern != null) {
				all.remove();
				add(observed, pattern);
			}
		}
		if (now - this.nextSettlement >= 0) {
			this.nextSettlement = now + PATIENCE;
			this.requests.values().forEach((time) -> time.settle(now, PATIENCE));
			this.calls.values().forEach((time) -> time.settle(now, PATIENCE));
			if (this.totals != null) {
				complete(this.totals, now);
			}
		}
	}

	/** Compares with the exact durations, the ages of operations in flight included. */
	private void complete(DurationTotals totals, long now) {
		Map<RouteTime, Long> ages = new HashMap<>();
		this.active.forEach((operation) -> {
			String pattern = Looks.isMeasured(operation) ? operation.pattern() : null;
			RouteTime route = (pattern != null) ? routes(operation).get(pattern) : null;
			if (route != null) {
				ages.merge(route, Math.max(now - operation.startNanos(), 0), Long::sum);
			}
		});
		this.requests.forEach((pattern, time) -> complete(pattern, time, totals.ofRequests(label(pattern)), ages));
		this.calls.forEach((method, time) -> complete(method, time, totals.ofCalls(method), ages));
	}

	/** What is no template may have been seen under the template that was tried first. */
	private static void complete(String pattern, RouteTime time, OptionalDouble ended, Map<RouteTime, Long> ages) {
		if (ended.isPresent() && !UNMATCHED.contains(pattern)) {
			time.complete(ended.getAsDouble() + ages.getOrDefault(time, 0L));
		}
	}

	private @Nullable String pattern(Operation operation, long now) {
		String pattern = operation.pattern();
		if (pattern == null && !this.active.contains(operation)) {
			// Safely published by leaving the table
			return (operation.durationNanos() >= 0) ? label(operation) : RouteLabels.UNKNOWN;
		}
		return (pattern == null && now - operation.startNanos() > PATIENCE) ? RouteLabels.UNKNOWN : pattern;
	}

	private static String label(Operation operation) {
		try {
			return operation.route();
		}
		catch (IllegalStateException ex) {
			return RouteLabels.UNKNOWN;
		}
	}

	private Map<String, RouteTime> routes(Operation operation) {
		return operation.isCall() ? this.calls : this.requests;
	}

	private RouteTime route(Operation operation, String pattern) {
		Map<String, RouteTime> routes = routes(operation);
		RouteTime route = routes.get(pattern);
		if (route == null) {
			String bounded = (routes.size() < limit(operation) || UNMATCHED.contains(pattern)) ? pattern
					: Overflow.OTHER;
			route = routes.computeIfAbsent(bounded, (name) -> create(operation, name));
		}
		return route;
	}

	/** Routes that are no templates have their own place. */
	private int limit(Operation operation) {
		return operation.isCall() ? MAX_METHODS
				: this.maxRoutes + (int) UNMATCHED.stream().filter(this.requests::containsKey).count();
	}

	private RouteTime create(Operation operation, String pattern) {
		Function<String, Counter> counters = operation.isCall()
				? counters(CALLS, "gRPC calls", Tags.of("rpc.system.name", "grpc", "rpc.method", pattern))
				: counters(REQUESTS, "HTTP requests", Tags.of("http.route", label(pattern)));
		return new RouteTime(pattern.isEmpty() ? "/" : pattern, counters, this.profiles, this.now);
	}

	private String label(String pattern) {
		String path = pattern.isEmpty() ? "/" : pattern;
		return path.startsWith("/") ? this.contextPath.get() + path : path;
	}

	private Function<String, Counter> counters(String name, String operations, Tags tags) {
		return (activity) -> Counter.builder(name)
			.description("Time that " + operations + " spent in the server, by activity")
			.baseUnit("seconds")
			.tags(tags.and("activity", activity))
			.register(this.registry);
	}

	/**
	 * Time of an operation.
	 *
	 * @param operation the operation
	 * @param state the state in which its thread was, or {@code null}
	 * @param explained whether the activity is known, otherwise a later stack of the same
	 * route and state explains the time
	 * @param activity what it did, as far as it is known
	 * @param stack the stack of its thread, innermost call first, or none
	 * @param nanos the time
	 */
	private record Observed(Operation operation, @Nullable RunState state, boolean explained, String activity,
			StackTraceElement[] stack, long nanos) {
	}

}
