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
import io.gmicro.profile.ValueType;
import one.convert.Arguments;
import one.convert.CallStack;
import one.convert.FlameGraph;

/**
 * A flame graph of samples as one page without anything to load. It is drawn by
 * async-profiler's converter, which need not be on the class path; nothing but this class
 * may know it.
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

	/**
	 * Whether the library is on the class path.
	 */
	static boolean isAvailable() {
		try {
			Class.forName("one.convert.FlameGraph", false, FlameGraphPage.class.getClassLoader());
			return true;
		}
		catch (ClassNotFoundException | LinkageError ex) {
			return false;
		}
	}

	/**
	 * A text that nobody can guess, for one page.
	 */
	static String nonce() {
		byte[] nonce = new byte[NONCE_BYTES];
		RANDOM.nextBytes(nonce);
		return Base64.getUrlEncoder().withoutPadding().encodeToString(nonce);
	}

	/**
	 * The header without which the page must not be sent.
	 */
	static String contentSecurityPolicy(String nonce) {
		return "default-src 'none'; script-src 'nonce-" + nonce + "'; style-src 'unsafe-inline'; img-src data:; "
				+ "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
	}

	/**
	 * Write the page.
	 * @param out where to write; it is not closed
	 * @param title the title, any text
	 * @param unit what the values are, as in {@link ValueType#unit()}
	 * @param samples what to show; those without a value are left out
	 * @param nonce the nonce of the {@linkplain #contentSecurityPolicy header}
	 * @throws IOException when the page cannot be written
	 */
	static void write(OutputStream out, String title, String unit, List<Sample> samples, String nonce)
			throws IOException {
		ByteArrayOutputStream drawn = new ByteArrayOutputStream();
		List<Sample> shown = samples.stream()
			.filter((sample) -> sample.value() > 0)
			.sorted(Comparator.comparingLong(Sample::value).reversed())
			.toList();
		graph(shown).dump(drawn);
		String heading = Escape.html(shown.isEmpty() ? title + " (no samples)" : title);
		out.write(page(drawn.toString(StandardCharsets.UTF_8), heading, unit, nonce).getBytes(StandardCharsets.UTF_8));
	}

	/**
	 * The largest samples first, and as one what the page cannot hold.
	 */
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

	/**
	 * The names of the calls, outermost first.
	 */
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

	/**
	 * One number for each call with its callers.
	 */
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

	/**
	 * The converter has its colors for how a call was compiled; here they tell whose it
	 * is.
	 */
	private static byte type(String name) {
		if (name.startsWith("[")) {
			return one.convert.Frame.TYPE_CPP;
		}
		return Libraries.contain(name) ? one.convert.Frame.TYPE_INTERPRETED : one.convert.Frame.TYPE_JIT_COMPILED;
	}

	/**
	 * The converter leaves names and titles as they are. A name begins with a character
	 * of its own that can be an angle bracket, so only what it wrote can be made
	 * harmless.
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

}
