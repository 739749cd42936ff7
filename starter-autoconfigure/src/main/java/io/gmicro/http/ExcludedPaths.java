package io.gmicro.http;

import java.util.Collection;

import jakarta.servlet.http.HttpServletRequest;

/**
 * Paths whose requests are not recorded: exact ones, and whole subtrees written with a
 * trailing {@code /**}. They are compared with the path as the client sent it, without
 * the context path and before any decoding, so that looking costs nothing; a path spelled
 * in some other way is recorded.
 */
final class ExcludedPaths {

	private static final String SUBTREE = "/**";

	private final String[] paths;

	private final String[] subtrees;

	ExcludedPaths(Collection<String> patterns) {
		this.paths = patterns.stream().filter((pattern) -> !pattern.endsWith(SUBTREE)).toArray(String[]::new);
		this.subtrees = patterns.stream()
			.filter((pattern) -> pattern.endsWith(SUBTREE))
			.map((pattern) -> pattern.substring(0, pattern.length() - SUBTREE.length()))
			.toArray(String[]::new);
	}

	boolean contains(HttpServletRequest request) {
		String uri = request.getRequestURI();
		int start = request.getContextPath().length();
		for (String path : this.paths) {
			if (uri.length() == start + path.length() && uri.startsWith(path, start)) {
				return true;
			}
		}
		for (String subtree : this.subtrees) {
			int end = start + subtree.length();
			if (uri.startsWith(subtree, start) && (uri.length() == end || uri.charAt(end) == '/')) {
				return true;
			}
		}
		return false;
	}

}
