package io.gmicro.http;

import java.util.Collection;
import java.util.function.Supplier;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * Paths whose requests are not recorded: exact paths, subtrees with a trailing
 * {@code /**}, and templates that end in variables. To avoid allocation, the path is
 * compared as the client sent it, without the context path. Only a path that containers
 * normalize, such as <code>//metrics;x=y</code>, is compared as the container resolved
 * it. Thread-safe.
 */
final class ExcludedPaths {

	private final Supplier<? extends Collection<String>> patterns;

	private volatile Pattern @Nullable [] parsed;

	/**
	 * Create paths.
	 * @param patterns returns the patterns, called on first use
	 */
	ExcludedPaths(Supplier<? extends Collection<String>> patterns) {
		this.patterns = patterns;
	}

	boolean contains(HttpServletRequest request) {
		String uri = request.getRequestURI();
		return isPlain(uri) ? contains(uri, request.getContextPath().length()) : contains(resolved(request), 0);
	}

	/** Whether no container changes the path when it resolves it. */
	private static boolean isPlain(String uri) {
		char previous = ' ';
		for (int i = 0; i < uri.length(); i++) {
			char character = uri.charAt(i);
			if (character == '%' || character == ';' || (previous == '/' && (character == '/' || character == '.'))) {
				return false;
			}
			previous = character;
		}
		return true;
	}

	private static String resolved(HttpServletRequest request) {
		try {
			String servlet = request.getServletPath();
			String rest = request.getPathInfo();
			return (rest != null) ? servlet + rest : servlet;
		}
		catch (IllegalArgumentException ex) {
			// Jetty does not resolve ambiguous paths
			return "";
		}
	}

	private boolean contains(String path, int start) {
		Pattern[] existing = this.parsed;
		for (Pattern pattern : (existing != null) ? existing : parse()) {
			if (pattern.matches(path, start)) {
				return true;
			}
		}
		return false;
	}

	private synchronized Pattern[] parse() {
		Pattern[] existing = this.parsed;
		if (existing != null) {
			return existing;
		}
		Pattern[] created = this.patterns.get().stream().map(Pattern::of).distinct().toArray(Pattern[]::new);
		this.parsed = created;
		return created;
	}

	/**
	 * A path and the number of segments after it.
	 *
	 * @param prefix the path
	 * @param segments the number of further segments, or {@link #ANY}
	 */
	private record Pattern(String prefix, int segments) {

		private static final int ANY = -1;

		static Pattern of(String pattern) {
			if (pattern.endsWith("/**")) {
				return new Pattern(pattern.substring(0, pattern.length() - "/**".length()), ANY);
			}
			int variable = pattern.indexOf("/{");
			return (variable < 0) ? new Pattern(pattern, 0)
					: new Pattern(pattern.substring(0, variable), count(pattern, variable, pattern.length()));
		}

		boolean matches(String path, int start) {
			int end = start + this.prefix.length();
			if (!path.startsWith(this.prefix, start)) {
				return false;
			}
			if (path.length() == end) {
				return this.segments <= 0;
			}
			return this.segments != 0 && path.charAt(end) == '/'
					&& (this.segments == ANY || count(path, end, path.length()) == this.segments);
		}

		/** Counts segments, each of which starts with a slash. */
		private static int count(String path, int start, int end) {
			int segments = 0;
			for (int i = start; i < end; i++) {
				if (path.charAt(i) == '/') {
					segments++;
				}
			}
			return segments;
		}

	}

}
