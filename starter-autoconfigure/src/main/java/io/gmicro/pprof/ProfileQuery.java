package io.gmicro.pprof;

import java.util.EnumSet;
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
import jakarta.servlet.http.HttpServletRequest;

/**
 * The parameters of a request for a profile, with the defaults and the error messages of
 * Go.
 *
 * @see <a href="https://go.dev/src/net/http/pprof/pprof.go">net/http/pprof</a>
 */
final class ProfileQuery {

	private static final Pattern INTEGER = Pattern.compile("[+-]?[0-9]+");

	private static final Pattern DECIMAL = Pattern.compile("[+]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]{1,2})?");

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
			case "/flamegraph" -> List.of("profile", "seconds", "labels", "virtual");
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
		long seconds = integer("seconds");
		if (seconds <= 0) {
			throw new ProfilingException(400, "invalid value for \"seconds\" - must be a positive integer");
		}
		limited(seconds);
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

	/** The profile of a flame graph. */
	ProfileKind profile() throws ProfilingException {
		String name = parameter("profile");
		ProfileKind kind = (name.isEmpty() || name.equals("cpu")) ? ProfileKind.PROFILE : ProfileKind.named(name);
		if (kind == null || kind == ProfileKind.HEAP) {
			throw new ProfilingException(400, "profile is cpu, allocs, block, goroutine, mutex or threadcreate");
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
					.orElseThrow(() -> new ProfilingException(400, "labels are route, method and thread")));
			}
		}
		if (SampleLabel.needRequests(labels) && !this.settings.requestLabels()) {
			throw new ProfilingException(400, "labels=route and labels=method need gmicro.metrics.enabled=true");
		}
		return labels;
	}

}
