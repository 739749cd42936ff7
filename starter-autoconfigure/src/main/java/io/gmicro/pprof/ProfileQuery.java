package io.gmicro.pprof;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.gmicro.diagnostics.AccessToken;
import io.gmicro.jfr.ProfilingException;
import io.gmicro.recorder.ProfileKind;
import io.gmicro.recorder.SampleLabel;
import io.gmicro.wall.WallFilter;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a request for a profile, with the defaults and the error messages of
 * Go.
 *
 * @see <a href="https://go.dev/src/net/http/pprof/pprof.go">net/http/pprof</a>
 */
final class ProfileQuery {

	private static final Pattern INTEGER = Pattern.compile("[+-]?[0-9]+");

	private static final Pattern DECIMAL = Pattern.compile("[+]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]{1,2})?");

	static final String INVALID_SECONDS = "invalid value for \"seconds\" - must be a positive integer";

	private static final List<String> OF_PAST = List.of("ago", "from", "to", "base");

	private static final List<String> OF_WALL = List.of("route", "method", "activity");

	private static final List<String> NOT_OF_WALL = List.of("labels", "virtual");

	private static final int LONGEST_NAME = 40;

	private final HttpServletRequest request;

	private final PprofSettings settings;

	ProfileQuery(HttpServletRequest request, PprofSettings settings) {
		this.request = request;
		this.settings = settings;
	}

	/**
	 * Refuses unknown parameters, as ignoring them would be misleading.
	 * @param path the path of the request below that of the profiles
	 * @throws ProfilingException if there is an unknown parameter
	 */
	void requireKnown(String path) throws ProfilingException {
		List<String> known = switch (path) {
			case "", "/" -> List.of("debug");
			case "/flamegraph" -> List.of("profile", "seconds", "labels", "virtual", "ago", "from", "to", "base",
					"route", "method", "activity");
			default -> {
				ProfilePage page = ProfilePage.named(path.substring(1));
				yield (page != null) ? page.parameters() : List.of();
			}
		};
		for (String name : known.isEmpty() ? Set.<String>of() : parameters().keySet()) {
			if (!known.contains(name) && !name.equals(AccessToken.PARAMETER)) {
				throw new ProfilingException(400,
						"unknown parameter \"" + printable(name) + "\": allowed are " + String.join(", ", known));
			}
		}
	}

	private static String printable(String name) {
		String text = name.replaceAll("[^\\x20-\\x7e]", "?");
		return (text.length() > LONGEST_NAME) ? text.substring(0, LONGEST_NAME) + "..." : text;
	}

	/** Parameters in the body of the request are ignored. */
	private Map<String, String[]> parameters() throws ProfilingException {
		try {
			return (this.request.getQueryString() != null) ? this.request.getParameterMap() : Map.of();
		}
		catch (IllegalArgumentException | IllegalStateException ex) {
			throw new ProfilingException(400, "malformed query");
		}
	}

	private String parameter(String name) throws ProfilingException {
		String[] values = parameters().get(name);
		return (values != null) ? values[0] : "";
	}

	private long integer(String name) throws ProfilingException {
		String value = parameter(name);
		try {
			return INTEGER.matcher(value).matches() ? Long.parseLong(value) : 0;
		}
		catch (NumberFormatException ex) {
			// More than 64 bits
			return 0;
		}
	}

	/**
	 * The duration of a profile that has a default duration in Go.
	 * @param defaultSeconds the default, also for anything but a positive number
	 * @return the duration in seconds
	 * @throws ProfilingException if it exceeds the limit
	 */
	long seconds(int defaultSeconds) throws ProfilingException {
		long seconds = integer("seconds");
		return limited((seconds > 0) ? seconds : defaultSeconds);
	}

	/**
	 * The duration of a profile that has a default duration in Go's fgprof.
	 * @param defaultSeconds the default
	 * @return the duration in seconds
	 * @throws ProfilingException if it is invalid or exceeds the limit
	 */
	long strictSeconds(int defaultSeconds) throws ProfilingException {
		return limited(parameter("seconds").isEmpty() ? defaultSeconds : positiveSeconds());
	}

	private long positiveSeconds() throws ProfilingException {
		long seconds = integer("seconds");
		if (seconds <= 0) {
			throw new ProfilingException(400, INVALID_SECONDS);
		}
		return seconds;
	}

	/**
	 * The time span of the past, or {@code null} if there is none.
	 * @param kept how long profiles are kept
	 * @throws ProfilingException if it is invalid or not kept
	 */
	@Nullable Past past(Duration kept) throws ProfilingException {
		Map<String, String> given = new HashMap<>();
		for (Map.Entry<String, String[]> parameter : parameters().entrySet()) {
			given.put(parameter.getKey(), parameter.getValue()[0]);
		}
		return new PastQuery((name) -> given.getOrDefault(name, ""), kept, Instant.now()).read();
	}

	/** Whether a time span of the past is requested. */
	boolean isOfPast() throws ProfilingException {
		for (String name : OF_PAST) {
			if (!parameter(name).isEmpty()) {
				return true;
			}
		}
		return false;
	}

	/** Refuses what a profile of the past does not have. */
	void requirePlain() throws ProfilingException {
		requireAbsent(List.of("debug", "labels", "gc", "virtual"), " does not apply to a time span of the past");
	}

	/** The labels of the samples to select. */
	WallFilter filter() throws ProfilingException {
		return new WallFilter(label("route"), label("method"), label("activity"));
	}

	private @Nullable String label(String name) throws ProfilingException {
		String value = parameter(name);
		return value.isEmpty() ? null : value;
	}

	/** Whether folded stacks are requested, as in Go's fgprof. */
	boolean folded() throws ProfilingException {
		return switch (parameter("format")) {
			case "", "pprof" -> false;
			case "folded" -> true;
			default -> throw new ProfilingException(400, "format is pprof or folded");
		};
	}

	/**
	 * The duration of a trace. Go allows fractions of a second.
	 * @return milliseconds, 1000 for anything but a positive number
	 * @throws ProfilingException if it exceeds the limit
	 */
	long traceMillis() throws ProfilingException {
		String value = parameter("seconds");
		double seconds = DECIMAL.matcher(value).matches() ? Double.parseDouble(value) : 0;
		limited((long) Math.ceil(seconds));
		return (seconds > 0) ? Math.max((long) (seconds * 1000), 1) : 1000;
	}

	/**
	 * The duration of a profile that has no default duration in Go.
	 * @return seconds, or 0 for a profile without a time span
	 * @throws ProfilingException if it is invalid, exceeds the limit or is combined with
	 * {@code debug}
	 */
	long deltaSeconds() throws ProfilingException {
		if (parameter("seconds").isEmpty()) {
			return 0;
		}
		long seconds = limited(positiveSeconds());
		if (debug() != 0) {
			throw new ProfilingException(400, "seconds and debug params are incompatible");
		}
		return seconds;
	}

	private long limited(long seconds) throws ProfilingException {
		int maxSeconds = this.settings.maxSeconds();
		if (seconds > maxSeconds) {
			throw new ProfilingException(400, "profile duration exceeds gmicro.pprof.max-seconds=" + maxSeconds);
		}
		return seconds;
	}

	boolean isGet() {
		return this.request.getMethod().equals("GET");
	}

	long debug() throws ProfilingException {
		return integer("debug");
	}

	boolean gc() throws ProfilingException {
		return integer("gc") > 0;
	}

	boolean virtual() throws ProfilingException {
		return integer("virtual") > 0;
	}

	/** Whether the flame graph is that of {@link ProfilePage#WALL}. */
	boolean isWall() throws ProfilingException {
		boolean wall = ProfilePage.named(parameter("profile")) == ProfilePage.WALL;
		if (wall) {
			requireAbsent(NOT_OF_WALL, " does not apply to wall");
		}
		return wall;
	}

	private void requireAbsent(List<String> names, String reason) throws ProfilingException {
		for (String name : names) {
			if (!parameter(name).isEmpty()) {
				throw new ProfilingException(400, name + reason);
			}
		}
	}

	/** The profile of a flame graph, if it is not that of {@link ProfilePage#WALL}. */
	ProfileKind profile() throws ProfilingException {
		requireAbsent(OF_WALL, " needs profile=wall");
		String name = parameter("profile");
		ProfileKind kind = (name.isEmpty() || name.equals("cpu")) ? ProfileKind.PROFILE : ProfileKind.named(name);
		if (kind == null || kind == ProfileKind.HEAP) {
			throw new ProfilingException(400, "profile is cpu, allocs, block, goroutine, mutex, threadcreate or wall");
		}
		return kind;
	}

	ProfileKind.Options options() throws ProfilingException {
		return new ProfileKind.Options(labels(), gc(), virtual());
	}

	Set<SampleLabel> labels() throws ProfilingException {
		Set<SampleLabel> labels = EnumSet.noneOf(SampleLabel.class);
		for (String name : parameter("labels").split(",", -1)) {
			if (!name.isEmpty()) {
				labels.add(Stream.of(SampleLabel.values())
					.filter((label) -> label.name().toLowerCase(Locale.ROOT).equals(name))
					.findFirst()
					.orElseThrow(() -> new ProfilingException(400, "labels are route, method, thread and owner")));
			}
		}
		if (SampleLabel.needRequests(labels) && !this.settings.requestLabels()) {
			throw new ProfilingException(400, "labels=route and labels=method need gmicro.metrics.enabled=true");
		}
		return labels;
	}

}
