package io.gmicro.pprof;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * The pages below the path of the profiles, described as in Go where that applies to a
 * JVM.
 */
enum ProfilePage {

	ALLOCS("A sampling of past memory allocations, since profiling began."),

	BLOCK("Stack traces that led to blocking on synchronization primitives. Idle threads of pools are left out."),

	CMDLINE("The command line invocation of the current program: its main class or jar, and how many arguments it has."),

	GOROUTINE("Stack traces of all current threads. Use debug=2 as a query parameter to export a thread dump."),

	HEAP("Objects on the heap by class, without stack traces; with gc=1 only live ones. Taking it pauses the JVM."),

	MUTEX("Stack traces of threads that waited for contended locks, and not of their holders as in Go."),

	PROFILE("CPU profile. You can specify the duration in the seconds GET parameter. After you get the profile file, "
			+ "use the go tool pprof command to investigate the profile."),

	SYMBOL("Maps given program counters to function names. There is none to map: profiles come with their names."),

	THREADCREATE("Stack traces that led to the creation of new threads."),

	TRACE("A trace of execution of the current program, as a recording of JDK Flight Recorder. You can specify the "
			+ "duration in the seconds GET parameter. After you get the trace file, use JDK Mission Control or the jfr "
			+ "command to investigate the trace."),

	WALL("Wall-clock time of requests and calls in flight, whether they run or wait. You can specify the duration in the "
			+ "seconds GET parameter, or with ago a time span of the last 30 minutes. Also served as fgprof.");

	/** The path of Go's fgprof, another name for {@link #WALL}. */
	static final String FGPROF = "fgprof";

	/** Why there is no past of profiles other than {@link #WALL}. */
	static final String NO_HISTORY = "gmicro.pprof.history.enabled=false";

	/** Why there is no {@link #WALL}. */
	static final String NO_SAMPLES = "wall needs gmicro.metrics.enabled=true and gmicro.sampling.enabled=true";

	private final String description;

	ProfilePage(String description) {
		this.description = description;
	}

	/** The page with the given lower-case name, or {@code null}. */
	static @Nullable ProfilePage named(String name) {
		String pageName = name.equals(FGPROF) ? WALL.lowerCaseName() : name;
		return Stream.of(values()).filter((page) -> page.lowerCaseName().equals(pageName)).findFirst().orElse(null);
	}

	/** The name in paths. */
	String lowerCaseName() {
		return name().toLowerCase(Locale.ROOT);
	}

	String description() {
		return this.description;
	}

	/** The relative URL of the download, with a duration if it needs one. */
	String target() {
		return switch (this) {
			case PROFILE -> "profile?seconds=30";
			case TRACE -> "trace?seconds=5";
			case WALL -> "wall?seconds=30";
			default -> lowerCaseName();
		};
	}

	/** The relative URL of the flame graph, or {@code null} if there is none. */
	@Nullable String flameGraph() {
		return switch (this) {
			case ALLOCS, BLOCK, GOROUTINE, MUTEX -> "flamegraph?profile=" + lowerCaseName();
			case PROFILE -> "flamegraph?profile=cpu&seconds=5";
			case WALL -> "flamegraph?profile=wall&seconds=5";
			case CMDLINE, HEAP, SYMBOL, THREADCREATE, TRACE -> null;
		};
	}

	/** Whether {@code debug=1} returns text. */
	boolean hasText() {
		return switch (this) {
			case ALLOCS, BLOCK, GOROUTINE, HEAP, MUTEX, THREADCREATE -> true;
			case CMDLINE, PROFILE, SYMBOL, TRACE, WALL -> false;
		};
	}

	/**
	 * The allowed parameters, including those that Go allows. Empty if the query is not a
	 * list of parameters.
	 */
	List<String> parameters() {
		return switch (this) {
			case CMDLINE -> List.of("debug");
			case GOROUTINE -> List.of("seconds", "debug", "gc", "labels", "virtual");
			case SYMBOL -> List.of();
			case WALL -> List.of("seconds", "ago", "from", "to", "base", "route", "method", "activity", "format");
			case ALLOCS, BLOCK, MUTEX, PROFILE ->
				List.of("seconds", "debug", "gc", "labels", "ago", "from", "to", "base");
			default -> List.of("seconds", "debug", "gc", "labels");
		};
	}

	/**
	 * Why it is not available, with the properties, or {@code null}.
	 * @param settings the settings
	 * @param samples whether there are samples of requests and calls
	 */
	@Nullable String off(PprofSettings settings, boolean samples) {
		return switch (this) {
			case HEAP -> settings.heap() ? null : "gmicro.pprof.heap.enabled=false";
			case TRACE -> settings.trace() ? null : "gmicro.pprof.trace.enabled=false";
			case WALL -> samples ? null : NO_SAMPLES;
			default -> null;
		};
	}

}
