package io.gmicro.autoconfigure;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import io.gmicro.diagnostics.DiagnosticsAccess;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.DurationStyle;

/**
 * Every property of gmicro. A value that cannot work is refused when the application
 * starts.
 *
 * @param metrics what is recorded at all, and where it is served
 * @param http how HTTP requests are recorded
 * @param diagnostics what the diagnostics have in common
 */
@ConfigurationProperties("gmicro")
public record GmicroProperties(@DefaultValue Metrics metrics, @DefaultValue Http http,
		@DefaultValue Diagnostics diagnostics) {

	static final List<String> DEFAULT_EXCLUDE_PATHS = List.of("/metrics", "/debug/**", "/actuator/**");

	private static void require(boolean valid, String property, Object value, String allowed) {
		if (!valid) {
			throw new IllegalArgumentException(property + "=" + value + " is not allowed: " + allowed);
		}
	}

	/**
	 * What is recorded at all, and where it is served.
	 *
	 * @param enabled Whether requests are recorded and the metrics route is served.
	 * @param endpoint the metrics route
	 * @param naming Names under which the metrics are published.
	 */
	public record Metrics(@DefaultValue("false") boolean enabled, @DefaultValue Endpoint endpoint,
			@DefaultValue("standard") Naming naming) {
	}

	/**
	 * The metrics route.
	 *
	 * @param enabled Whether the metrics route is served.
	 * @param path Path of the metrics route, on the management port when there is one.
	 * @param maxConcurrent How many scrapes may run at once. Further ones are answered
	 * with 503.
	 */
	public record Endpoint(@DefaultValue("true") boolean enabled, @DefaultValue("/metrics") String path,
			@DefaultValue("4") int maxConcurrent) {

		public Endpoint {
			require(path.matches("(/[\\w.~-]+)+"), "gmicro.metrics.endpoint.path", path,
					"a path starts with '/', has no '/' at its end and no wildcards");
			require(maxConcurrent >= 1 && maxConcurrent <= 1000, "gmicro.metrics.endpoint.max-concurrent",
					maxConcurrent, "from 1 to 1000");
		}

	}

	/**
	 * Names under which metrics are published.
	 */
	public enum Naming {

		/** OpenTelemetry's semantic conventions as Prometheus writes them. */
		STANDARD

	}

	/**
	 * How HTTP requests are recorded.
	 *
	 * @param requestDuration the duration histogram
	 * @param statusCode the status counter
	 * @param activeRequests the gauge of requests in flight
	 * @param bodySize the sizes of bodies
	 * @param excludePaths Paths that are not recorded: exact, or a subtree with a
	 * trailing '/**'.
	 * @param maxRoutes How many different routes are recorded. Further ones share the
	 * route '_OTHER'.
	 * @param slowRequests the tracking of slow requests
	 * @param springObservation Spring Boot's own recording
	 */
	public record Http(@DefaultValue RequestDuration requestDuration, @DefaultValue StatusCode statusCode,
			@DefaultValue ActiveRequests activeRequests, @DefaultValue BodySize bodySize, @DefaultValue( {
					"/metrics", "/debug/**", "/actuator/**" }) List<String> excludePaths,
			@DefaultValue("1000") int maxRoutes, @DefaultValue SlowRequests slowRequests,
			@DefaultValue SpringObservation springObservation){

		public Http {
			for (String path : excludePaths) {
				require(path.matches("(/[^*?{]+)?(/\\*\\*)?") && !path.isEmpty(), "gmicro.http.exclude-paths", path,
						"a path starts with '/' and has no wildcard but '/**' at its end");
			}
			require(maxRoutes >= 1 && maxRoutes <= 100_000, "gmicro.http.max-routes", maxRoutes, "from 1 to 100000");
		}

	}

	/**
	 * The duration histogram.
	 *
	 * @param enabled Whether the duration of requests is recorded as a histogram.
	 * @param buckets Upper bounds of the histogram's buckets, ascending.
	 */
	public record RequestDuration(@DefaultValue("true") boolean enabled, @DefaultValue( {
			"5ms", "10ms", "25ms", "50ms", "75ms", "100ms", "250ms", "500ms", "750ms", "1s", "2500ms", "5s", "7500ms",
			"10s" }) List<Duration> buckets){

		private static final Duration LARGEST_BOUND = Duration.ofDays(1);

		public RequestDuration {
			String property = "gmicro.http.request-duration.buckets";
			Duration previous = Duration.ZERO;
			for (Duration bound : buckets) {
				require(bound.compareTo(previous) > 0 && bound.compareTo(LARGEST_BOUND) <= 0, property, text(buckets),
						"each bound is greater than zero and than the one before it, and at most 24 hours");
				previous = bound;
			}
			require(!buckets.isEmpty() && buckets.size() <= 100, property, text(buckets), "from 1 to 100 bounds");
		}

		private static String text(List<Duration> bounds) {
			return bounds.stream()
				.map((bound) -> DurationStyle.SIMPLE.print(bound, ChronoUnit.MILLIS))
				.collect(Collectors.joining(","));
		}

	}

	/**
	 * The status counter.
	 *
	 * @param enabled Whether responses are counted by status code.
	 */
	public record StatusCode(@DefaultValue("true") boolean enabled) {
	}

	/**
	 * The gauge of requests in flight.
	 *
	 * @param enabled Whether the number of requests in flight is recorded.
	 */
	public record ActiveRequests(@DefaultValue("true") boolean enabled) {
	}

	/**
	 * The sizes of bodies.
	 *
	 * @param enabled Whether the sizes of request and response bodies are recorded.
	 */
	public record BodySize(@DefaultValue("true") boolean enabled) {
	}

	/**
	 * The tracking of slow requests.
	 *
	 * @param enabled Whether slow requests are counted and their stacks are caught while
	 * they are slow.
	 * @param threshold Duration above which a request is slow.
	 * @param routes Thresholds of their own for route templates, as in '[/orders/{id}]:
	 * 2s'.
	 * @param keep How many slow requests are kept with their stacks. The oldest gives
	 * way.
	 * @param endpoint the page that shows them
	 */
	public record SlowRequests(@DefaultValue("true") boolean enabled, @DefaultValue("10s") Duration threshold,
			@DefaultValue Map<String, Duration> routes, @DefaultValue("100") int keep,
			@DefaultValue SlowRequestsEndpoint endpoint) {

		private static final Duration LARGEST_THRESHOLD = Duration.ofDays(1);

		public SlowRequests {
			requireThreshold("gmicro.http.slow-requests.threshold", threshold);
			routes.forEach((route, own) -> requireThreshold("gmicro.http.slow-requests.routes[" + route + "]", own));
			require(keep >= 1 && keep <= 1000, "gmicro.http.slow-requests.keep", keep, "from 1 to 1000");
		}

		private static void requireThreshold(String property, Duration threshold) {
			require(threshold.toMillis() >= 1 && threshold.compareTo(LARGEST_THRESHOLD) <= 0, property,
					DurationStyle.SIMPLE.print(threshold, ChronoUnit.MILLIS), "from 1 millisecond to 24 hours");
		}

	}

	/**
	 * The page of running and slow requests.
	 *
	 * @param enabled Whether '/debug/requests' shows what runs and what was slow, with
	 * stacks, on the management port when there is one.
	 */
	public record SlowRequestsEndpoint(@DefaultValue("false") boolean enabled) {
	}

	/**
	 * Spring Boot's own recording.
	 *
	 * @param enabled Whether Spring Boot's own filter keeps recording
	 * 'http.server.requests' and, with a tracer, starts the spans of the server. Off
	 * saves about a quarter of the throughput.
	 */
	public record SpringObservation(@DefaultValue("true") boolean enabled) {
	}

	/**
	 * What the diagnostics have in common.
	 *
	 * @param access Who may open the diagnostics below '/debug'. With 'local' nobody who
	 * comes through a proxy, even one of the same host.
	 */
	public record Diagnostics(@DefaultValue("local") DiagnosticsAccess access) {
	}

}
