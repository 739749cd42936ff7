package io.gmicro.sampling;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.gmicro.http.ActiveExchanges;
import io.gmicro.inflight.ActiveOperations;
import io.gmicro.inflight.Operation;
import io.gmicro.meter.Overflow;
import io.gmicro.route.RouteLabels;
import io.gmicro.wall.WallProfiles;
import io.gmicro.wall.WallSample;
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

	private final Map<String, Route> requests = new HashMap<>();

	private final Map<String, Route> calls = new HashMap<>();

	private final Deque<Observed> unmatched = new ArrayDeque<>();

	private final ActiveOperations active;

	private final MeterRegistry registry;

	private final int maxRoutes;

	private final Supplier<String> contextPath;

	private final WallProfiles profiles;

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
	 */
	public TimePerRoute(ActiveExchanges active, MeterRegistry registry, int maxRoutes, Supplier<String> contextPath,
			WallProfiles profiles) {
		this(active.operations(), registry, maxRoutes, contextPath, profiles);
	}

	TimePerRoute(ActiveOperations active, MeterRegistry registry, int maxRoutes, Supplier<String> contextPath,
			WallProfiles profiles) {
		this.active = active;
		this.registry = registry;
		this.maxRoutes = maxRoutes;
		this.contextPath = contextPath;
		this.profiles = profiles;
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
		Route route = route(observed.operation(), pattern);
		RunState state = observed.state();
		long nanos = observed.nanos();
		if (state != null && !observed.explained()) {
			route.waiting[state.ordinal()] += nanos;
			return;
		}
		if (state != null) {
			nanos += route.explained(state);
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
			this.requests.values().forEach(Route::settle);
			this.calls.values().forEach(Route::settle);
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

	private Route route(Operation operation, String pattern) {
		Map<String, Route> routes = operation.isCall() ? this.calls : this.requests;
		Route route = routes.get(pattern);
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

	private Route create(Operation operation, String pattern) {
		if (operation.isCall()) {
			return new Route(pattern, CALLS, Tags.of("rpc.system.name", "grpc", "rpc.method", pattern));
		}
		String path = pattern.isEmpty() ? "/" : pattern;
		String label = path.startsWith("/") ? this.contextPath.get() + path : path;
		return new Route(path, REQUESTS, Tags.of("http.route", label));
	}

	/**
	 * The time of a route by activity.
	 */
	private final class Route {

		private final Map<String, Counter> counters = new HashMap<>();

		/** Time without a stack so far, by state. */
		private final long[] waiting = new long[RunState.values().length];

		/** When a stack was last taken, by state. */
		private final long[] sampled = new long[RunState.values().length];

		/** The method of the latest request. */
		private String method = Overflow.OTHER;

		private final String label;

		private final String name;

		private final Tags tags;

		Route(String label, String name, Tags tags) {
			this.label = label;
			this.name = name;
			this.tags = tags;
			Arrays.fill(this.sampled, TimePerRoute.this.now);
		}

		/** Returns the time that a stack explains, once. */
		long explained(RunState state) {
			long nanos = this.waiting[state.ordinal()];
			this.waiting[state.ordinal()] = 0;
			this.sampled[state.ordinal()] = TimePerRoute.this.now;
			return nanos;
		}

		void add(String method, String activity, StackTraceElement[] stack, long nanos) {
			this.method = method;
			TimePerRoute.this.profiles.add(new WallSample(method, this.label, activity, stack, nanos));
			this.counters.computeIfAbsent(activity, this::counter).increment(nanos / 1e9);
		}

		private Counter counter(String activity) {
			return Counter.builder(this.name)
				.description("Time that " + (this.name.equals(REQUESTS) ? "HTTP requests" : "gRPC calls")
						+ " spent in the server, by activity")
				.baseUnit("seconds")
				.tags(this.tags.and("activity", activity))
				.register(TimePerRoute.this.registry);
		}

		void settle() {
			for (RunState state : RunState.values()) {
				if (TimePerRoute.this.now - this.sampled[state.ordinal()] > PATIENCE) {
					long nanos = explained(state);
					if (nanos > 0) {
						add(this.method, state.activity(), StackSource.NONE, nanos);
					}
				}
			}
		}

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
