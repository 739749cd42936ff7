package io.gmicro.route;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.http.server.PathContainer.PathSegment;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;

/**
 * Path templates in a tree of their segments, so that the time of a lookup does not
 * depend on their number. The tree only selects candidates, which Spring then matches.
 */
final class RouteTable {

	/**
	 * The maximum number of templates that differ only in the names or constraints of
	 * their variables.
	 */
	private static final int MAX_ALIKE = 16;

	private final Node root = new Node();

	void add(PathPattern pattern) {
		Node node = this.root;
		for (String segment : segments(pattern.getPatternString())) {
			if (segment.equals("**") || segment.startsWith("{*")) {
				insert(pattern, node.subtrees);
				return;
			}
			node = isVariable(segment) ? node.variable()
					: node.literals.computeIfAbsent(segment, (literal) -> new Node());
		}
		insert(pattern, node.ends);
	}

	private static boolean isVariable(String segment) {
		return segment.indexOf('*') >= 0 || segment.indexOf('?') >= 0 || segment.indexOf('{') >= 0;
	}

	private static void insert(PathPattern pattern, List<PathPattern> patterns) {
		if (patterns.size() < MAX_ALIKE && !patterns.contains(pattern)) {
			patterns.add(pattern);
			patterns.sort(PathPattern.SPECIFICITY_COMPARATOR);
		}
	}

	/**
	 * Finds the most specific template.
	 * @param path a path within the application
	 * @return the template, or {@code null} if none matches
	 */
	@Nullable String find(PathContainer path) {
		PathPattern pattern = find(this.root, segments(path), 0, path);
		return (pattern != null) ? pattern.getPatternString() : null;
	}

	private static @Nullable PathPattern find(Node node, List<String> segments, int index, PathContainer path) {
		PathPattern found = null;
		if (index == segments.size()) {
			found = first(node.ends, path);
		}
		else {
			Node literal = node.literals.get(segments.get(index));
			if (literal != null) {
				found = find(literal, segments, index + 1, path);
			}
			if (found == null && node.variable != null) {
				found = find(node.variable, segments, index + 1, path);
			}
		}
		return (found != null) ? found : first(node.subtrees, path);
	}

	private static @Nullable PathPattern first(List<PathPattern> patterns, PathContainer path) {
		for (PathPattern pattern : patterns) {
			if (pattern.matches(path)) {
				return pattern;
			}
		}
		return null;
	}

	/** Does not split at slashes in the regular expression of a variable. */
	private static List<String> segments(String pattern) {
		List<String> segments = new ArrayList<>();
		int braces = 0;
		int start = pattern.startsWith("/") ? 1 : 0;
		for (int i = start; i < pattern.length(); i++) {
			switch (pattern.charAt(i)) {
				case '{' -> braces++;
				case '}' -> braces--;
				case '/' -> {
					if (braces == 0) {
						segments.add(pattern.substring(start, i));
						start = i + 1;
					}
				}
				default -> {
				}
			}
		}
		segments.add(pattern.substring(start));
		return segments;
	}

	private static List<String> segments(PathContainer path) {
		List<String> segments = new ArrayList<>();
		String last = "";
		List<PathContainer.Element> elements = path.elements();
		for (int i = 0; i < elements.size(); i++) {
			if (elements.get(i) instanceof PathSegment segment) {
				last = segment.valueToMatch();
			}
			else if (i > 0) {
				segments.add(last);
				last = "";
			}
		}
		segments.add(last);
		return segments;
	}

	private static final class Node {

		private final Map<String, Node> literals = new HashMap<>();

		private final List<PathPattern> ends = new ArrayList<>();

		private final List<PathPattern> subtrees = new ArrayList<>();

		private @Nullable Node variable;

		Node variable() {
			Node existing = this.variable;
			if (existing == null) {
				existing = new Node();
				this.variable = existing;
			}
			return existing;
		}

	}

}
