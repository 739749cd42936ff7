package io.gmicro.compatibility.clinic;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Why a line of the access log is not among what is recorded with the same method and
 * status.
 */
enum Difference {

	/** Answered by Tomcat's connector, before there is a filter. */
	REFUSED_BY_CONNECTOR((line) -> line.path().equals("-") || line.path().contains("/refused")),

	/** Answered by Tomcat without a filter. */
	TRACE((line) -> line.method().equals("TRACE")),

	/** Answered by Tomcat: there is no application at this path. */
	OUTSIDE_OF_APPLICATION((line) -> line.path().equals("/elsewhere")),

	/** Redirected by Tomcat to the context path with a trailing slash. */
	CONTEXT_PATH_WITHOUT_SLASH((line) -> line.path().equals(RunningWorkshop.CONTEXT_PATH)),

	/**
	 * The client left: recorded as 499, logged with the status that was never received.
	 */
	CLIENT_LEFT((line) -> line.query().equals(Difference.GONE)),

	/** Scrapes, diagnostics and the actuator's endpoints, which are not recorded. */
	EXCLUDED((line) -> line.path().startsWith(RunningWorkshop.CONTEXT_PATH + "/metrics")
			|| line.path().startsWith(RunningWorkshop.CONTEXT_PATH + "/debug/")
			|| line.path().startsWith(RunningWorkshop.CONTEXT_PATH + "/actuator/"));

	/** The query of clients that leave. */
	static final String GONE = "gone";

	private final Predicate<AccessLog.Line> lines;

	Difference(Predicate<AccessLog.Line> lines) {
		this.lines = lines;
	}

	/**
	 * Find the reason of a line.
	 * @param line a line of the access log
	 * @return the reason, or nothing if the same is recorded
	 */
	static Optional<Difference> of(AccessLog.Line line) {
		return Arrays.stream(values()).filter((difference) -> difference.lines.test(line)).findFirst();
	}

}
