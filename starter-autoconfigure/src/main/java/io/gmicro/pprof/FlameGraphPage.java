package io.gmicro.pprof;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.gmicro.diagnostics.Escape;
import io.gmicro.diagnostics.Libraries;
import io.gmicro.profile.Frame;
import io.gmicro.profile.Profile;
import io.gmicro.profile.ValueType;
import one.convert.Arguments;
import one.convert.CallStack;
import one.convert.FlameGraph;

/**
 * A flame graph as a self-contained page, drawn by async-profiler's converter. The
 * library is optional, so only this class may depend on it.
 *
 * @see <a href="https://github.com/async-profiler/async-profiler">async-profiler</a>
 */
final class FlameGraphPage {

	static final int MAX_CALLS = 100_000;

	static final int MAX_DEPTH = 1000;

	private static final int MAX_NAME = 500;

	private static final int NONCE_BYTES = 16;

	private static final SecureRandom RANDOM = new SecureRandom();

	private static final String UNNAMED = "[no name]";

	private static final String DEEPER = "[deeper calls]";

	private static final String POOL_START = "const cpool = [\n";

	private static final String POOL_END = "\n];\nunpack(cpool);";

	private FlameGraphPage() {
	}

	/** Whether the library is on the class path. */
	static boolean isAvailable() {
		try {
			Class.forName("one.convert.FlameGraph", false, FlameGraphPage.class.getClassLoader());
			return true;
		}
		catch (ClassNotFoundException | LinkageError ex) {
			return false;
		}
	}

	/** A new random text for one page. */
	static String nonce() {
		byte[] nonce = new byte[NONCE_BYTES];
		RANDOM.nextBytes(nonce);
		return Base64.getUrlEncoder().withoutPadding().encodeToString(nonce);
	}

	/** The header that every response with the page must have. */
	static String contentSecurityPolicy(String nonce) {
		return "default-src 'none'; script-src 'nonce-" + nonce + "'; style-src 'unsafe-inline'; img-src data:; "
				+ "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
	}

	/**
	 * Writes the page.
	 * @param out the stream to write to, which stays open
	 * @param title the title, any text
	 * @param unit the unit of the values, as in {@link ValueType#unit()}
	 * @param profile the profile; samples without a positive value are left out
	 * @param value the index of the value to show
	 * @param nonce the nonce of the {@linkplain #contentSecurityPolicy header}
	 * @throws IOException if the page cannot be written
	 */
	static void write(OutputStream out, String title, String unit, Profile profile, int value, String nonce)
			throws IOException {
		ByteArrayOutputStream drawn = new ByteArrayOutputStream();
		List<Sample> shown = new ArrayList<>();
		profile.forEach((stack, labels, values) -> {
			if (values[value] > 0) {
				shown.add(new Sample(stack, values[value]));
			}
		});
		shown.sort(Comparator.comparingLong(Sample::value).reversed());
		graph(shown).dump(drawn);
		String heading = Escape.html(shown.isEmpty() ? title + " (no samples)" : title);
		out.write(page(drawn.toString(StandardCharsets.UTF_8), heading, unit, nonce).getBytes(StandardCharsets.UTF_8));
	}

	/** Adds the largest samples and the sum of those that exceed the limit. */
	private static FlameGraph graph(List<Sample> samples) {
		Arguments arguments = new Arguments();
		arguments.title = "";
		arguments.inverted = true;
		FlameGraph graph = new FlameGraph(arguments);
		Map<String, String> names = new HashMap<>();
		Set<Long> calls = new HashSet<>();
		long left = 0;
		int leftOut = 0;
		for (Sample sample : samples) {
			List<String> path = path(sample.stack(), names);
			List<Long> added = hashes(path);
			added.removeIf(calls::contains);
			if (calls.size() + added.size() <= MAX_CALLS) {
				calls.addAll(added);
				graph.addSample(stack(path), sample.value());
			}
			else {
				left += sample.value();
				leftOut++;
			}
		}
		if (leftOut > 0) {
			graph.addSample(stack(List.of("[" + leftOut + " smaller stacks]")), left);
		}
		return graph;
	}

	/** The names of the calls, outermost first. */
	private static List<String> path(List<Frame> stack, Map<String, String> names) {
		List<String> path = new ArrayList<>();
		for (int i = stack.size() - 1; i >= 0; i--) {
			if (path.size() == MAX_DEPTH) {
				path.add(DEEPER);
				break;
			}
			path.add(names.computeIfAbsent(stack.get(i).function(), FlameGraphPage::name));
		}
		return path;
	}

	private static String name(String function) {
		String name = Escape.text(function.substring(0, Math.min(function.length(), MAX_NAME)));
		return name.isBlank() ? UNNAMED : name;
	}

	/** A number for each call with its callers. */
	private static List<Long> hashes(List<String> path) {
		List<Long> hashes = new ArrayList<>();
		long hash = 0;
		for (String name : path) {
			hash = (hash ^ name.hashCode()) * 0x9e3779b97f4a7c15L;
			hash ^= hash >>> 32;
			hashes.add(hash);
		}
		return hashes;
	}

	private static CallStack stack(List<String> path) {
		CallStack stack = new CallStack();
		path.forEach((name) -> stack.push(name, type(name)));
		return stack;
	}

	/** The converter colors calls by compilation, the page by application and library. */
	private static byte type(String name) {
		if (name.startsWith("[")) {
			return one.convert.Frame.TYPE_CPP;
		}
		return Libraries.contain(name) ? one.convert.Frame.TYPE_INTERPRETED : one.convert.Frame.TYPE_JIT_COMPILED;
	}

	/**
	 * The converter does not escape names and titles, and it writes a character before
	 * each name that may be an angle bracket. So its output is escaped, not its input.
	 */
	private static String page(String drawn, String title, String unit, String nonce) {
		int start = drawn.indexOf(POOL_START) + POOL_START.length();
		int end = drawn.indexOf(POOL_END, start);
		if (start < POOL_START.length() || end < 0) {
			throw new IllegalStateException("This version of tools.profiler:jfr-converter writes another page");
		}
		String names = drawn.substring(start, end).replace("<", "\\x3c");
		return FlameGraphTemplate.head(drawn.substring(0, start), title, unit, nonce) + names
				+ FlameGraphTemplate.tail(drawn.substring(end));
	}

	private record Sample(List<Frame> stack, long value) {
	}

}
