package io.gmicro.slo;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

/**
 * The share of the requests of a route that must be answered within a latency and with a
 * status other than 5xx. Immutable.
 *
 * @param route the template of the route, such as {@code /orders/{id}}; required
 * @param method an HTTP method, or an empty string, the default, for all methods
 * @param objective the share of good requests in percent, such as 99.9; required
 * @param latency the maximum latency of a good request, in whole milliseconds; required
 * @param toleratedErrors the number of errors in the long window of an alert up to which
 * it does not fire, regardless of their share, from 0 to 1,000,000; 10 by default
 */
public record ServiceLevelObjective(String route, String method, @Nullable BigDecimal objective,
		@Nullable Duration latency, Integer toleratedErrors) {

	private static final String PROPERTY = "gmicro.slo.";

	private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS",
			"TRACE", "QUERY", "CONNECT");

	/** Below, no page could fire, as six times the error budget exceeds all requests. */
	private static final BigDecimal LOWEST_OBJECTIVE = new BigDecimal("90");

	private static final BigDecimal HIGHEST_OBJECTIVE = new BigDecimal("99.999");

	private static final Duration SHORTEST_LATENCY = Duration.ofMillis(1);

	private static final Duration LONGEST_LATENCY = Duration.ofDays(1);

	private static final int PERCENT_DIGITS = 2;

	private static final int DEFAULT_TOLERATED_ERRORS = 10;

	private static final int MOST_TOLERATED_ERRORS = 1_000_000;

	public ServiceLevelObjective(@Nullable String route, @Nullable String method, @Nullable BigDecimal objective,
			@Nullable Duration latency, @Nullable Integer toleratedErrors) {
		this.route = Objects.requireNonNullElse(route, "");
		this.method = Objects.requireNonNullElse(method, "");
		this.objective = objective;
		this.latency = latency;
		this.toleratedErrors = Objects.requireNonNullElse(toleratedErrors, DEFAULT_TOLERATED_ERRORS);
	}

	/**
	 * The objective of the same requests, with a context path in front of its route.
	 * @param contextPath the context path, which starts with a slash, or an empty text
	 * @return the objective with the route as labels have it
	 */
	public ServiceLevelObjective below(String contextPath) {
		return new ServiceLevelObjective(contextPath + this.route, this.method, this.objective, this.latency,
				this.toleratedErrors);
	}

	/**
	 * Check objectives.
	 * @param objectives objectives by name
	 * @throws IllegalArgumentException if one is invalid, with the property, its value
	 * and the allowed values
	 */
	public static void requireValid(Map<String, ServiceLevelObjective> objectives) {
		objectives.forEach((name, slo) -> {
			requireGiven(slo != null, PROPERTY + name, "an objective has a route, an objective and a latency");
			slo.requireValid(name);
		});
		objectives.forEach((name, slo) -> objectives.keySet()
			.stream()
			.filter((other) -> !other.equals(name))
			.forEach((other) -> slo.requireDistinct(name, other, Objects.requireNonNull(objectives.get(other)))));
	}

	/**
	 * Return the bucket bounds that a histogram needs to compute objectives exactly.
	 * @param bounds the other bounds of the histogram
	 * @param objectives valid objectives
	 * @return the bounds and the latencies, ascending and without duplicates
	 */
	public static List<Duration> bounds(Collection<Duration> bounds, Collection<ServiceLevelObjective> objectives) {
		TreeSet<Duration> all = new TreeSet<>(bounds);
		objectives.forEach((slo) -> all.add(Objects.requireNonNull(slo.latency)));
		return List.copyOf(all);
	}

	private void requireValid(String name) {
		require(name.matches("[a-zA-Z][a-zA-Z0-9_-]{0,62}"), PROPERTY + name, this.route,
				"a name starts with a letter and has letters, digits, '-' and '_', at most 63 characters");
		String route = "the template of a route, as in '/orders/{id}', at most 500 characters";
		requireGiven(!this.route.isBlank(), property(name, "route"), route);
		require(this.route.startsWith("/") && this.route.length() <= 500
				&& this.route.codePoints().allMatch(ServiceLevelObjective::isText), property(name, "route"), this.route,
				route);
		require(this.method.isEmpty() || METHODS.contains(this.method), property(name, "method"), this.method,
				"an HTTP method in capitals, as in 'GET', or none for all methods");
		String objective = "from 90 to 99.999 percent";
		BigDecimal share = requireGiven(this.objective, property(name, "objective"), objective);
		require(share.compareTo(LOWEST_OBJECTIVE) >= 0 && share.compareTo(HIGHEST_OBJECTIVE) <= 0,
				property(name, "objective"), share, objective);
		String latency = "whole milliseconds, from 1 millisecond to 24 hours";
		Duration longest = requireGiven(this.latency, property(name, "latency"), latency);
		require(longest.compareTo(SHORTEST_LATENCY) >= 0 && longest.compareTo(LONGEST_LATENCY) <= 0
				&& longest.getNano() % 1_000_000 == 0, property(name, "latency"), millis(), latency);
		require(this.toleratedErrors >= 0 && this.toleratedErrors <= MOST_TOLERATED_ERRORS,
				property(name, "tolerated-errors"), this.toleratedErrors, "from 0 to " + MOST_TOLERATED_ERRORS);
	}

	private void requireDistinct(String name, String other, ServiceLevelObjective otherSlo) {
		require(!plain(name).equals(plain(other)), PROPERTY + name, this.route,
				PROPERTY + other + " differs only in case, '-' and '_', which Spring Boot ignores");
		require(!(this.route.equals(otherSlo.route) && this.method.equals(otherSlo.method)
				&& Objects.equals(this.latency, otherSlo.latency)), property(name, "latency"), millis(),
				PROPERTY + other + " has the same route, method and latency");
	}

	private static String plain(String name) {
		return name.replaceAll("[-_]", "").toLowerCase(Locale.ROOT);
	}

	private static boolean isText(int codePoint) {
		return !Character.isISOControl(codePoint) && Character.getType(codePoint) != Character.SURROGATE;
	}

	private String millis() {
		return (this.latency == null) ? ""
				: BigDecimal.valueOf(this.latency.getSeconds(), -3)
					.add(BigDecimal.valueOf(this.latency.getNano(), 6))
					.stripTrailingZeros()
					.toPlainString() + "ms";
	}

	/** Returns the latency in seconds, in the notation of a bucket bound. */
	String seconds() {
		return Double.toString(Objects.requireNonNull(this.latency).toMillis() / 1000.0);
	}

	/** Returns the required share of good requests, below 1. */
	BigDecimal ratio() {
		return Objects.requireNonNull(this.objective).movePointLeft(PERCENT_DIGITS).stripTrailingZeros();
	}

	/** Returns the allowed share of errors, above 0. */
	BigDecimal budget() {
		return BigDecimal.ONE.subtract(ratio());
	}

	private static String property(String name, String key) {
		return PROPERTY + name + "." + key;
	}

	private static <T> T requireGiven(@Nullable T value, String property, String allowed) {
		requireGiven(value != null, property, allowed);
		return Objects.requireNonNull(value);
	}

	private static void requireGiven(boolean given, String property, String allowed) {
		if (!given) {
			throw new IllegalArgumentException(property + " is missing: " + allowed);
		}
	}

	private static void require(boolean valid, String property, Object value, String allowed) {
		if (!valid) {
			throw new IllegalArgumentException(property + "=" + value + " is not allowed: " + allowed);
		}
	}

}
