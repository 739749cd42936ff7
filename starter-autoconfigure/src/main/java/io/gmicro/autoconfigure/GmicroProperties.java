package io.gmicro.autoconfigure;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import io.gmicro.custom.CustomMetric;
import io.gmicro.diagnostics.DiagnosticsAccess;
import io.gmicro.http.Exchange;
import io.gmicro.http.LabelRules;
import io.gmicro.sampling.SamplerActivities;
import io.gmicro.slo.ServiceLevelObjective;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.util.unit.DataSize;

/**
 * Configuration properties of gmicro. An invalid value stops the start of the
 * application, and so does an unknown property.
 *
 * @param metrics properties of the metrics as a whole
 * @param http properties of HTTP request metrics
 * @param grpc properties of gRPC call metrics
 * @param sampling properties of the time per route
 * @param pprof properties of profiles
 * @param captures properties of captures
 * @param diagnostics properties that the diagnostics have in common
 * @param slo Service level objectives by name, for example 'orders: {route: /orders,
 * objective: 99.9, latency: 200ms}'.
 * @param rules Directory for Prometheus rules generated from the service level objectives
 * and for promtool tests of these rules. The application writes the files and exits.
 * Supported only as a command-line argument.
 * @param rulesJob Prometheus job that the generated rules select. Defaults to
 * 'spring.application.name'.
 * @param rulesRunbookUrl URL for the 'runbook_url' annotation of the generated alerts. No
 * annotation by default.
 */
@ConfigurationProperties(prefix = "gmicro", ignoreUnknownFields = false)
public record GmicroProperties(@DefaultValue Metrics metrics, @DefaultValue Http http, @DefaultValue Grpc grpc,
		@DefaultValue Sampling sampling, @DefaultValue Pprof pprof, @DefaultValue Captures captures,
		@DefaultValue Diagnostics diagnostics, @DefaultValue Map<String, ServiceLevelObjective> slo,
		@DefaultValue("") String rules, @DefaultValue("") String rulesJob, @DefaultValue("") String rulesRunbookUrl) {

	private static final Duration LARGEST_BOUND = Duration.ofDays(1);

	private static final int MAX_BOUNDS = 100;

	public GmicroProperties {
		require(rulesRunbookUrl.isEmpty() || rulesRunbookUrl.matches("https?://[^\\s\\p{Cntrl}]+"),
				"gmicro.rules-runbook-url", rulesRunbookUrl, "a URL that starts with 'http://' or 'https://'");
		ServiceLevelObjective.requireValid(slo);
		slo.forEach((name, objective) -> require(
				objective.method().isEmpty() || http.knownMethods().contains(objective.method()),
				"gmicro.slo." + name + ".method", objective.method(), "one of gmicro.http.known-methods"));
		if (!slo.isEmpty()) {
			require(http.requestDuration().enabled(), "gmicro.http.request-duration.enabled", false,
					"gmicro.slo is computed from the duration histogram");
			require(metrics.naming().isStandard(), "gmicro.metrics.naming", "gmicro",
					"gmicro.slo is computed from the duration histogram of the naming 'standard' or 'both'");
			int bounds = ServiceLevelObjective.bounds(http.requestDuration().buckets(), slo.values()).size();
			require(bounds <= MAX_BOUNDS, "gmicro.slo", slo.size() + " objectives", "at most " + MAX_BOUNDS
					+ " bounds together with gmicro.http.request-duration.buckets, and not " + bounds);
		}
	}

	/** Bucket bounds of the duration histogram in the standard naming. */
	List<Duration> durationBounds() {
		return ServiceLevelObjective.bounds(this.http.requestDuration().buckets(), this.slo.values());
	}

	private static void requirePath(String path, String property) {
		require(path.matches("(/[\\w.~-]+)+"), property, path,
				"a path starts with '/', does not end with '/' and has no wildcards");
	}

	private static void require(boolean valid, String property, Object value, String allowed) {
		if (!valid) {
			throw new IllegalArgumentException(property + "=" + value + " is not allowed: " + allowed);
		}
	}

	private static void requireDuration(String property, Duration duration, Duration longest, String allowed) {
		require(duration.toMillis() >= 1 && duration.compareTo(longest) <= 0, property,
				DurationStyle.SIMPLE.print(duration, ChronoUnit.MILLIS), allowed);
	}

	private static void requireSize(String property, DataSize size) {
		require(size.compareTo(DataSize.ofMegabytes(1)) >= 0 && size.compareTo(DataSize.ofGigabytes(1)) <= 0, property,
				size.equals(DataSize.ofMegabytes(size.toMegabytes())) ? size.toMegabytes() + "MB" : size,
				"from 1MB to 1GB");
	}

	private static void requireBounds(String property, List<Duration> bounds) {
		String text = bounds.stream()
			.map((bound) -> DurationStyle.SIMPLE.print(bound, ChronoUnit.MILLIS))
			.collect(Collectors.joining(","));
		Duration previous = Duration.ZERO;
		for (Duration bound : bounds) {
			require(bound.compareTo(previous) > 0 && bound.compareTo(LARGEST_BOUND) <= 0, property, text,
					"bounds are in ascending order, greater than zero and at most 24 hours");
			previous = bound;
		}
		require(!bounds.isEmpty() && bounds.size() <= MAX_BOUNDS, property, text, "from 1 to 100 bounds");
	}

	/**
	 * Properties of the metrics as a whole.
	 *
	 * @param enabled Whether to record HTTP requests and gRPC calls and to expose the
	 * metrics endpoint.
	 * @param endpoint properties of the metrics endpoint
	 * @param naming Naming of HTTP and gRPC metrics: OpenTelemetry's ('standard'), that
	 * of gin-metrics and the Go framework gmicro ('gmicro'), or 'both'.
	 * @param prefix Prefix of metric names in gin-metrics' naming, placed before 'gin_'.
	 * @param suffix Suffix of metric names in gin-metrics' naming.
	 * @param labels Labels added to all metrics of the 'gmicro' naming, for example
	 * 'region: eu'.
	 * @param custom Custom metrics by name, for example 'orders_placed: {type: counter,
	 * help: Orders placed, labels: [channel]}'.
	 */
	public record Metrics(@DefaultValue("false") boolean enabled, @DefaultValue Endpoint endpoint,
			@DefaultValue("standard") Naming naming, @DefaultValue("") String prefix, @DefaultValue("") String suffix,
			@DefaultValue Map<String, String> labels, @DefaultValue Map<String, CustomMetric> custom) {

		private static final Set<String> TAKEN_LABELS = Set.of("uri", "method", "code", "le");

		public Metrics {
			require(prefix.matches("([a-zA-Z_]\\w*)?"), "gmicro.metrics.prefix", prefix,
					"letters, digits and '_', not starting with a digit");
			require(suffix.matches("\\w*") && !suffix.matches(".*_(total|created|bucket|info)"),
					"gmicro.metrics.suffix", suffix,
					"letters, digits and '_', not ending with '_total', '_created', '_bucket' or '_info'");
			labels.forEach((name, value) -> {
				String property = "gmicro.metrics.labels[" + name + "]";
				require(name.matches("[a-zA-Z_]\\w*") && !name.startsWith("__") && !TAKEN_LABELS.contains(name),
						property, value,
						"a label name has only letters, digits and '_', does not start with a digit or '__', "
								+ "and is not 'uri', 'method', 'code' or 'le'");
				require(!value.isBlank(), property, value, "a label needs a value");
			});
			CustomMetric.requireValid(custom);
		}

	}

	/**
	 * Properties of the metrics endpoint.
	 *
	 * @param enabled Whether to expose the metrics endpoint.
	 * @param path Path of the metrics endpoint. Served on the management port if one is
	 * configured.
	 * @param maxConcurrent Maximum number of concurrent scrapes. Further scrapes are
	 * rejected with status 503.
	 * @param collectTimeout Time after which a scrape leaves out collectors that have not
	 * responded.
	 * @param writeTimeout Time after which a scrape is aborted if the client has not read
	 * the response.
	 */
	public record Endpoint(@DefaultValue("true") boolean enabled, @DefaultValue("/metrics") String path,
			@DefaultValue("4") int maxConcurrent, @DefaultValue("5s") Duration collectTimeout,
			@DefaultValue("10s") Duration writeTimeout) {

		private static final Duration LARGEST_TIMEOUT = Duration.ofHours(1);

		public Endpoint {
			requirePath(path, "gmicro.metrics.endpoint.path");
			require(maxConcurrent >= 1 && maxConcurrent <= 1000, "gmicro.metrics.endpoint.max-concurrent",
					maxConcurrent, "from 1 to 1000");
			requireTimeout("gmicro.metrics.endpoint.collect-timeout", collectTimeout);
			requireTimeout("gmicro.metrics.endpoint.write-timeout", writeTimeout);
		}

		private static void requireTimeout(String property, Duration timeout) {
			requireDuration(property, timeout, LARGEST_TIMEOUT, "from 1 millisecond to 1 hour");
		}

	}

	/**
	 * Naming of HTTP and gRPC metrics.
	 */
	public enum Naming {

		/** OpenTelemetry's semantic conventions as Prometheus writes them. */
		STANDARD,

		/**
		 * The names of gin-metrics and the Go framework gmicro, only in a Prometheus
		 * registry.
		 */
		GMICRO,

		/** Both, side by side. */
		BOTH;

		boolean isStandard() {
			return this != GMICRO;
		}

		boolean isGmicro() {
			return this != STANDARD;
		}

	}

	/**
	 * Properties of HTTP request metrics. A new measurement gets its own group here.
	 *
	 * @param requestDuration properties of the duration histogram
	 * @param statusCode properties of the status code counter
	 * @param activeRequests properties of the gauge of requests in flight
	 * @param bodySize properties of the body sizes
	 * @param cost properties of the cost per route
	 * @param uniqueClients properties of the estimate of distinct clients
	 * @param excludePaths Paths whose requests are not recorded: exact paths, or subtrees
	 * with a trailing '/**'. If not set, the configured paths of the metrics endpoint,
	 * the diagnostics and Actuator are excluded as well.
	 * @param maxRoutes Maximum number of distinct route labels. Requests to further
	 * routes are recorded under '_OTHER'.
	 * @param includeContextPath Whether route labels begin with the context path of the
	 * application, as OpenTelemetry's conventions recommend.
	 * @param knownMethods Request methods that are recorded by name, in place of the
	 * default ones. Other methods are recorded under '_OTHER'. Defaults to the
	 * environment variable 'OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS' if it is set.
	 * @param errorType Value of the label 'error_type' of failed requests: their
	 * 'status-code', or the class of the 'exception'.
	 * @param includeProtocolVersion Whether to add the label 'network_protocol_version',
	 * for example '1.1' or '2'.
	 * @param initializeMetrics Whether to initialize the metrics of every mapped route to
	 * 0 at startup, so that Prometheus sees the first error.
	 * @param longLived properties of streams
	 * @param slowRequests properties of slow requests
	 * @param springObservation properties of Spring Boot's observation filter
	 */
	public record Http(@DefaultValue RequestDuration requestDuration, @DefaultValue StatusCode statusCode,
			@DefaultValue ActiveRequests activeRequests, @DefaultValue BodySize bodySize, @DefaultValue Cost cost,
			@DefaultValue UniqueClients uniqueClients, @DefaultValue( {
					"/metrics", "/debug/**", "/actuator/**" }) List<String> excludePaths,
			@DefaultValue("1000") int maxRoutes, @DefaultValue("true") boolean includeContextPath,
			@DefaultValue({ "CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY",
					"TRACE" }) List<String> knownMethods,
			@DefaultValue("status-code") LabelRules.ErrorType errorType,
			@DefaultValue("false") boolean includeProtocolVersion, @DefaultValue("true") boolean initializeMetrics,
			@DefaultValue LongLived longLived, @DefaultValue SlowRequests slowRequests,
			@DefaultValue SpringObservation springObservation){

		private static final int MAX_METHODS = 50;

		public Http {
			for (String path : excludePaths) {
				require(path.matches("(/[^*?{]+)?(/\\*\\*)?") && !path.isEmpty(), "gmicro.http.exclude-paths", path,
						"a path starts with '/' and has no wildcard except a trailing '/**'");
			}
			require(maxRoutes >= 1 && maxRoutes <= 100_000, "gmicro.http.max-routes", maxRoutes, "from 1 to 100000");
			requireMethods("gmicro.http.known-methods", knownMethods);
		}

		static void requireMethods(String property, List<String> methods) {
			for (String method : methods) {
				require(method.matches("[!#$%&'*+.^`|~\\w-]{1,32}") && !method.equals(Exchange.OTHER), property, method,
						"a method is a token of HTTP of at most 32 characters");
			}
			require(methods.size() <= MAX_METHODS, property, methods.size() + " methods", "at most 50 methods");
		}

	}

	/**
	 * Properties of the duration histogram.
	 *
	 * @param enabled Whether to record request durations as a histogram.
	 * @param buckets Upper bounds of the histogram buckets, in ascending order. If not
	 * set, 'gin_request_duration' keeps the bounds of gin-metrics.
	 */
	public record RequestDuration(@DefaultValue("true") boolean enabled, @DefaultValue( {
			"5ms", "10ms", "25ms", "50ms", "75ms", "100ms", "250ms", "500ms", "750ms", "1s", "2500ms", "5s", "7500ms",
			"10s" }) List<Duration> buckets){

		public RequestDuration {
			requireBounds("gmicro.http.request-duration.buckets", buckets);
		}

	}

	/**
	 * Properties of the status code counter.
	 *
	 * @param enabled Whether to count responses by status code.
	 */
	public record StatusCode(@DefaultValue("true") boolean enabled) {
	}

	/**
	 * Properties of the gauge of requests in flight.
	 *
	 * @param enabled Whether to record the number of requests in flight.
	 */
	public record ActiveRequests(@DefaultValue("true") boolean enabled) {
	}

	/**
	 * Properties of the body sizes.
	 *
	 * @param enabled Whether to record the sizes of request and response bodies.
	 */
	public record BodySize(@DefaultValue("true") boolean enabled) {
	}

	/**
	 * Properties of the cost per route, and per gRPC method.
	 *
	 * @param enabled Whether to record the CPU time and the allocated bytes of requests
	 * by route, and of gRPC calls by method. Platform threads only.
	 */
	public record Cost(@DefaultValue("false") boolean enabled) {
	}

	/**
	 * Properties of the estimate of distinct clients.
	 *
	 * @param enabled Whether to estimate the number of distinct client addresses.
	 * Requires com.dynatrace.hash4j:hash4j.
	 */
	public record UniqueClients(@DefaultValue("false") boolean enabled) {
	}

	/**
	 * Properties of streams, which end only when the client leaves.
	 *
	 * @param contentTypes Content types of asynchronous responses that are treated as
	 * streams: not recorded in the duration histogram and never slow.
	 */
	public record LongLived(@DefaultValue( {
			"text/event-stream", "application/x-ndjson", "application/stream+json",
			"multipart/x-mixed-replace" }) List<String> contentTypes){

		public LongLived {
			for (String contentType : contentTypes) {
				require(contentType.matches("[\\w.+-]+/[\\w.+-]+"), "gmicro.http.long-lived.content-types", contentType,
						"a type and a subtype without parameters, for example 'text/event-stream'");
			}
		}

	}

	/**
	 * Properties of slow requests, and of slow gRPC calls.
	 *
	 * @param enabled Whether to count slow requests and gRPC calls and to sample their
	 * stacks while they are slow.
	 * @param threshold Duration above which a request or gRPC call is slow.
	 * @param routes Per-route thresholds, for example '[/orders/{id}]: 2s' for a path
	 * template or '[greet.Greeter/SayHello]: 2s' for a gRPC method.
	 * @param keep Maximum number of slow requests and calls that are kept with their
	 * stacks. The oldest is evicted.
	 * @param endpoint properties of the page that shows them
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
			requireDuration(property, threshold, LARGEST_THRESHOLD, "from 1 millisecond to 24 hours");
		}

	}

	/**
	 * Properties of the page of running and slow requests.
	 *
	 * @param enabled Whether to expose '/debug/requests', which shows running and slow
	 * requests with their stacks. Served on the management port if one is configured.
	 */
	public record SlowRequestsEndpoint(@DefaultValue("false") boolean enabled) {
	}

	/**
	 * Properties of Spring Boot's observation filter.
	 *
	 * @param enabled Whether to keep Spring Boot's observation filter, which records
	 * 'http.server.requests' and starts server spans if tracing is configured. It costs
	 * an eighth to a quarter of the throughput of a small application.
	 */
	public record SpringObservation(@DefaultValue("true") boolean enabled) {
	}

	/**
	 * Properties of gRPC call metrics.
	 *
	 * @param server properties of incoming calls
	 * @param client properties of outgoing calls
	 * @param callDuration properties of the duration histograms
	 * @param excludeServices Fully qualified names of gRPC services whose calls are not
	 * recorded.
	 */
	public record Grpc(@DefaultValue GrpcServer server, @DefaultValue GrpcClient client,
			@DefaultValue CallDuration callDuration, @DefaultValue( {
					"grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
					"grpc.reflection.v1alpha.ServerReflection" }) List<String> excludeServices){

		public Grpc {
			for (String service : excludeServices) {
				require(service.matches("\\w+(\\.\\w+)*"), "gmicro.grpc.exclude-services", service,
						"the fully qualified name of a service, for example 'grpc.health.v1.Health'");
			}
		}

	}

	/**
	 * Properties of incoming gRPC calls.
	 *
	 * @param enabled Whether to record incoming gRPC calls.
	 * @param initializeMetrics Whether to initialize the metrics of every registered
	 * method to 0 at startup, so that 'rate' includes the first call and the first error.
	 */
	public record GrpcServer(@DefaultValue("true") boolean enabled, @DefaultValue("true") boolean initializeMetrics) {
	}

	/**
	 * Properties of outgoing gRPC calls.
	 *
	 * @param enabled Whether to record outgoing gRPC calls.
	 */
	public record GrpcClient(@DefaultValue("true") boolean enabled) {
	}

	/**
	 * Properties of the duration histograms of gRPC calls.
	 *
	 * @param buckets Upper bounds of the histogram buckets, in ascending order. Metrics
	 * of the 'gmicro' naming have fixed bounds.
	 */
	public record CallDuration(@DefaultValue( {
			"5ms", "10ms", "25ms", "50ms", "75ms", "100ms", "250ms", "500ms", "750ms", "1s", "2500ms", "5s", "7500ms",
			"10s" }) List<Duration> buckets){

		public CallDuration {
			requireBounds("gmicro.grpc.call-duration.buckets", buckets);
		}

	}

	/**
	 * Properties of the time per route, which is sampled.
	 *
	 * @param enabled Whether to sample what requests and gRPC calls spend their time on,
	 * by route and activity.
	 * @param interval Average time between two looks at the requests in flight. Looks are
	 * rarer if they would exceed 'max-cpu'.
	 * @param maxCpu Maximum CPU time of the sampler, as a fraction of one CPU.
	 * @param activities Custom activities by name, with the packages and classes whose
	 * calls belong to them, for example 'pricing: [com.example.pricing]'.
	 */
	public record Sampling(@DefaultValue("true") boolean enabled, @DefaultValue("20ms") Duration interval,
			@DefaultValue("0.01") double maxCpu, @DefaultValue Map<String, List<String>> activities) {

		private static final Duration LARGEST_INTERVAL = Duration.ofMillis(250);

		private static final double SMALLEST_CPU = 0.001;

		private static final double LARGEST_CPU = 0.5;

		private static final int MAX_ACTIVITIES = 20;

		private static final Set<String> WITHOUT_STACK = Set.of(SamplerActivities.ASYNC, SamplerActivities.GC,
				SamplerActivities.NOT_SAMPLED, SamplerActivities.RUNNABLE, SamplerActivities.STOOD_STILL);

		public Sampling {
			requireDuration("gmicro.sampling.interval", interval, LARGEST_INTERVAL, "from 1 to 250 milliseconds");
			require(maxCpu >= SMALLEST_CPU && maxCpu <= LARGEST_CPU, "gmicro.sampling.max-cpu", maxCpu,
					"from 0.001 to 0.5");
			require(activities.size() <= MAX_ACTIVITIES, "gmicro.sampling.activities",
					activities.size() + " activities", "at most 20 activities");
			activities.forEach(Sampling::requireActivity);
		}

		private static void requireActivity(String name, List<String> names) {
			String property = "gmicro.sampling.activities[" + name + "]";
			String value = String.join(",", names);
			require(name.matches("[a-z][a-z0-9_]{0,39}"), property, value,
					"a name has at most 40 lower-case letters, digits and '_', and starts with a letter");
			require(!WITHOUT_STACK.contains(name), property, value, "this activity is recognized without a stack");
			require(!names.isEmpty(), property, value, "an activity needs the name of a package or class");
			for (String type : names) {
				require(type.matches("[\\w$]+(\\.[\\w$]+)*(\\.\\*?)?"), property, value,
						"the name of a package or class");
			}
		}

	}

	/**
	 * Properties of profiles.
	 *
	 * @param enabled Whether to expose profiles for 'go tool pprof' and compatible tools.
	 * Served on the management port if one is configured.
	 * @param path Path of the profile index. Profiles are served below it.
	 * @param maxSeconds Maximum duration of a profile in seconds.
	 * @param history properties of the profiles of the last minutes
	 * @param heap properties of the heap profile
	 * @param trace properties of the JFR recording
	 */
	public record Pprof(@DefaultValue("false") boolean enabled, @DefaultValue("/debug/pprof") String path,
			@DefaultValue("120") int maxSeconds, @DefaultValue History history, @DefaultValue Heap heap,
			@DefaultValue Trace trace) {

		public Pprof {
			requirePath(path, "gmicro.pprof.path");
			require(maxSeconds >= 1 && maxSeconds <= 3600, "gmicro.pprof.max-seconds", maxSeconds, "from 1 to 3600");
		}

	}

	/**
	 * Properties of the profiles of the last minutes.
	 *
	 * @param enabled Whether to record CPU, allocation, lock and block profiles all the
	 * time, for requests with 'ago' or 'from'. Writes a temporary file every 30 seconds.
	 * @param keep Time for which these profiles are kept, from 1 minute to 24 hours.
	 * @param maxMemory Maximum memory for these profiles, from 1 MB to 1 GB. The oldest
	 * are evicted.
	 */
	public record History(@DefaultValue("false") boolean enabled, @DefaultValue("15m") Duration keep,
			@DefaultValue("16MB") DataSize maxMemory) {

		private static final Duration SHORTEST = Duration.ofMinutes(1);

		private static final Duration LONGEST = Duration.ofDays(1);

		public History {
			require(keep.compareTo(SHORTEST) >= 0 && keep.compareTo(LONGEST) <= 0, "gmicro.pprof.history.keep",
					DurationStyle.SIMPLE.print(keep, ChronoUnit.SECONDS), "from 1m to 24h");
			requireSize("gmicro.pprof.history.max-memory", maxMemory);
		}

	}

	/**
	 * Properties of the heap profile.
	 *
	 * @param enabled Whether to expose the 'heap' profile. Each request for it pauses the
	 * JVM while objects are counted.
	 */
	public record Heap(@DefaultValue("false") boolean enabled) {
	}

	/**
	 * Properties of the JFR recording.
	 *
	 * @param enabled Whether to expose 'trace', a JFR recording for JDK Mission Control.
	 * Requires Java 19 or later.
	 */
	public record Trace(@DefaultValue("false") boolean enabled) {
	}

	/**
	 * Properties of captures of the diagnostics when something goes wrong.
	 *
	 * @param enabled Whether to capture profiles, threads, requests and metrics when
	 * something goes wrong, and to list the captures at '/debug/captures'.
	 * @param directory Directory for captures, which later processes list as well. In
	 * memory by default.
	 * @param keep Maximum number of captures, from 1 to 100. The oldest are evicted.
	 * @param maxSize Maximum size of all captures together, from 1 MB to 1 GB.
	 * @param interval Minimum time between two captures for the same reason, from 1
	 * minute to 24 hours.
	 * @param slowRequests Number of slow requests within a minute that is captured. '0'
	 * for none.
	 * @param serverErrors Number of responses with a status of 500 or more within a
	 * minute that is captured. '0' for none.
	 * @param cpu Share of the available CPU time, from 0 to 1, that is captured if the
	 * process uses it for a minute. '0' for none.
	 * @param heap Share of the heap, from 0 to 1, that is captured if it is used after a
	 * garbage collection. '0' for none.
	 * @param inFlight Number of requests and calls in flight that is captured. '0' for
	 * none.
	 * @param deadlocks Whether to capture deadlocks.
	 */
	public record Captures(@DefaultValue("false") boolean enabled, @DefaultValue("") String directory,
			@DefaultValue("5") int keep, @DefaultValue("32MB") DataSize maxSize, @DefaultValue("10m") Duration interval,
			@DefaultValue("10") int slowRequests, @DefaultValue("20") int serverErrors, @DefaultValue("0.9") double cpu,
			@DefaultValue("0.9") double heap, @DefaultValue("1000") int inFlight,
			@DefaultValue("true") boolean deadlocks) {

		private static final String PREFIX = "gmicro.captures.";

		private static final Duration SHORTEST = Duration.ofMinutes(1);

		public Captures {
			require(isPath(directory), PREFIX + "directory", directory, "a path");
			require(keep >= 1 && keep <= 100, PREFIX + "keep", keep, "from 1 to 100");
			requireSize(PREFIX + "max-size", maxSize);
			require(interval.compareTo(SHORTEST) >= 0 && interval.compareTo(LARGEST_BOUND) <= 0, PREFIX + "interval",
					DurationStyle.SIMPLE.print(interval, ChronoUnit.SECONDS), "from 1m to 24h");
			require(slowRequests >= 0, PREFIX + "slow-requests", slowRequests, "0 or more");
			require(serverErrors >= 0, PREFIX + "server-errors", serverErrors, "0 or more");
			require(cpu >= 0 && cpu <= 1, PREFIX + "cpu", cpu, "from 0 to 1");
			require(heap >= 0 && heap <= 1, PREFIX + "heap", heap, "from 0 to 1");
			require(inFlight >= 0, PREFIX + "in-flight", inFlight, "0 or more");
		}

		private static boolean isPath(String text) {
			try {
				return Path.of(text) != null;
			}
			catch (InvalidPathException ex) {
				return false;
			}
		}

	}

	/**
	 * Properties that the diagnostics have in common.
	 *
	 * @param access Who may access the diagnostics endpoints below '/debug': direct
	 * requests from this host that carry the access token ('local'), users with a role
	 * ('authenticated') or all clients ('unrestricted').
	 * @param token Access token required when 'gmicro.diagnostics.access' is 'local': 16
	 * to 256 letters, digits, '-', '.', '_' or '~'. Random by default and logged at
	 * startup.
	 * @param role Role required when 'gmicro.diagnostics.access' is 'authenticated'.
	 */
	public record Diagnostics(@DefaultValue("local") DiagnosticsAccess access, @DefaultValue("") String token,
			@DefaultValue("") String role) {

		public Diagnostics {
			boolean authenticated = access == DiagnosticsAccess.AUTHENTICATED;
			require(!authenticated || !role.isBlank(), "gmicro.diagnostics.role", role,
					"gmicro.diagnostics.access=authenticated needs the role that may access the diagnostics, "
							+ "for example 'OPERATOR'");
			require(authenticated || role.isEmpty(), "gmicro.diagnostics.role", role,
					"a role is used only with gmicro.diagnostics.access=authenticated");
			require(token.isEmpty() || access == DiagnosticsAccess.LOCAL, "gmicro.diagnostics.token", "******",
					"a token is used only with gmicro.diagnostics.access=local");
			require(token.isEmpty() || token.matches("[A-Za-z0-9._~-]{16,256}"), "gmicro.diagnostics.token", "******",
					"16 to 256 letters, digits, '-', '.', '_' or '~', for example the output of 'openssl rand -hex 16'");
		}

		@Override
		public String toString() {
			return "Diagnostics[access=" + this.access + ", token=" + (this.token.isEmpty() ? "" : "******") + ", role="
					+ this.role + "]";
		}

	}

}
