package io.gmicro.pprof;

import java.io.PrintWriter;
import java.util.Map;
import java.util.TreeMap;

import io.gmicro.diagnostics.Escape;
import io.gmicro.profile.Frame;
import io.gmicro.profile.Profile;

/**
 * Writes a profile as folded stacks: a line for each stack, outermost call first, with
 * its value.
 *
 * @see <a href= "https://github.com/brendangregg/FlameGraph#2-fold-stacks">FlameGraph</a>
 */
final class FoldedText {

	private FoldedText() {
	}

	static void write(Profile profile, int value, PrintWriter out) {
		Map<String, Long> lines = new TreeMap<>();
		profile.forEach((stack, labels, values) -> {
			StringBuilder line = new StringBuilder();
			for (int i = stack.size() - 1; i >= 0; i--) {
				line.append(name(stack.get(i))).append((i > 0) ? ";" : "");
			}
			lines.merge(line.toString(), values[value], Long::sum);
		});
		lines.forEach((line, sum) -> out.append(line).append(' ').append(Long.toString(sum)).append('\n'));
	}

	private static String name(Frame frame) {
		return Escape.text(frame.function()).replace(';', ':');
	}

}
