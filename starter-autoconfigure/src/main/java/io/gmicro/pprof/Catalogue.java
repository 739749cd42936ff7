package io.gmicro.pprof;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * What the index lists.
 */
final class Catalogue {

	private Catalogue() {
	}

	static List<IndexPage.Entry> entries(PprofSettings settings) {
		return Stream
			.of("allocs", "block", "cmdline", "goroutine", "heap", "mutex", "profile", "symbol", "threadcreate",
					"trace")
			.map((name) -> IndexPage.Entry.of(name, count(name), off(name, settings)))
			.toList();
	}

	private static @Nullable Long count(String name) {
		return name.equals("goroutine") ? (long) ManagementFactory.getThreadMXBean().getThreadCount() : null;
	}

	private static @Nullable String off(String name, PprofSettings settings) {
		return switch (name) {
			case "heap" -> settings.heap() ? null : "gmicro.pprof.heap.enabled=false";
			case "trace" -> settings.trace() ? null : "gmicro.pprof.trace.enabled=false";
			default -> null;
		};
	}

}
