package io.gmicro.pprof;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.gmicro.diagnostics.AccessToken;
import io.gmicro.jfr.ProfilingException;
import io.gmicro.recorder.ProfileKind;
import io.gmicro.recorder.RequestLabels;
import io.gmicro.recorder.SampleLabel;
import jakarta.servlet.http.HttpServletRequest;

/**
 * The parameters of a request for a profile, read as Go reads them: what it defaults is
 * defaulted, what it refuses is refused in its words.
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
	 * Refuses what would be passed over, and so mislead.
	 * @param path the path of the request below that of the profiles
	 * @throws ProfilingException if there is another parameter
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
		for (String name : known.isEmpty() ? Set.<String>of() : names()) {
			if (!known.contains(name) && !name.equals(AccessToken.PARAMETER)) {
				throw new ProfilingException(400,
						"unknown parameter \"" + printable(name) + "\": allowed are " + String.join(", ", known));
			}
		}
	}

	private Set<String> names() throws ProfilingException {
		try {
			return (this.request.getQueryString() != null) ? this.request.getParameterMap().keySet() : Set.of();
		}
		catch (IllegalArgumentException | IllegalStateException ex) {
			throw new ProfilingException(400, "malformed query");
		}
	}

	private static String printable(String name) {
		String text = name.replaceAll("[^\\x20-\\x7e]", "?");
		return (text.length() > LONGEST_NAME) ? text.substring(0, LONGEST_NAME) + "..." : text;
	}

	/** A form that was sent is not read, since only the query is asked. */
	private String parameter(String name) throws ProfilingException {
		try {
			String value = (this.request.getQueryString() != null) ? this.request.getParameter(name) : null;
			return (value != null) ? value : "";
		}
		catch (IllegalArgumentException | IllegalStateException ex) {
			throw new ProfilingException(400, "malformed query");
		}
	}

	private long integer(String name) throws ProfilingException {
		String value = parameter(name);
		try {
			return INTEGER.matcher(value).matches() ? Long.parseLong(value) : 0;
		}
		catch (NumberFormatException ex) {
			// It has more than 64 bits
			return 0;
		}
	}

	/**
	 * How long to watch, where Go has a default.
	 * @param defaultSeconds what is taken for anything that is no number above zero
	 * @return seconds, at most the limit
	 * @throws ProfilingException if that is beyond the limit
	 */
	long seconds(int defaultSeconds) throws ProfilingException {
		long seconds = integer("seconds");
		return limited((seconds > 0) ? seconds : defaultSeconds);
	}

	/**
	 * How long to trace, of which Go allows fractions.
	 * @return milliseconds, 1000 for anything that is no number above zero
	 * @throws ProfilingException if that is beyond the limit
	 */
	long traceMillis() throws ProfilingException {
		String value = parameter("seconds");
		double seconds = DECIMAL.matcher(value).matches() ? Double.parseDouble(value) : 0;
		limited((long) Math.ceil(seconds));
		return (seconds > 0) ? Math.max((long) (seconds * 1000), 1) : 1000;
	}

	/**
	 * How long to watch for a difference.
	 * @return seconds, or 0 if no difference is asked for
	 * @throws ProfilingException if the parameters say something else
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

	long debug() throws ProfilingException {
		return integer("debug");
	}

	boolean gc() throws ProfilingException {
		return integer("gc") > 0;
	}

	boolean virtual() throws ProfilingException {
		return integer("virtual") > 0;
	}

	/** The profile to draw. */
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
		if (RequestLabels.areNeeded(labels) && !this.settings.requestLabels()) {
			throw new ProfilingException(400, "labels=route and labels=method need gmicro.metrics.enabled=true");
		}
		return labels;
	}

}
