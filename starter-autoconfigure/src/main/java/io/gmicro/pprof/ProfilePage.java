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
			+ "command to investigate the trace.");

	private final String description;

	ProfilePage(String description) {
		this.description = description;
	}

	/** The page with the given lower-case name, or {@code null}. */
	static @Nullable ProfilePage named(String name) {
		return Stream.of(values()).filter((page) -> page.lowerCaseName().equals(name)).findFirst().orElse(null);
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
			default -> lowerCaseName();
		};
	}

	/** The relative URL of the flame graph, or {@code null} if there is none. */
	@Nullable String flameGraph() {
		return switch (this) {
			case ALLOCS, BLOCK, GOROUTINE, MUTEX -> "flamegraph?profile=" + lowerCaseName();
			case PROFILE -> "flamegraph?profile=cpu&seconds=5";
			case CMDLINE, HEAP, SYMBOL, THREADCREATE, TRACE -> null;
		};
	}

	/** Whether {@code debug=1} returns text. */
	boolean hasText() {
		return switch (this) {
			case ALLOCS, BLOCK, GOROUTINE, HEAP, MUTEX, THREADCREATE -> true;
			case CMDLINE, PROFILE, SYMBOL, TRACE -> false;
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
			default -> List.of("seconds", "debug", "gc", "labels");
		};
	}

	/** The property that disables it, with its value, or {@code null}. */
	@Nullable String off(PprofSettings settings) {
		return switch (this) {
			case HEAP -> settings.heap() ? null : "gmicro.pprof.heap.enabled=false";
			case TRACE -> settings.trace() ? null : "gmicro.pprof.trace.enabled=false";
			default -> null;
		};
	}

}
