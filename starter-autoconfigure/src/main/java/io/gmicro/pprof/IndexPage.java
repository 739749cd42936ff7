package io.gmicro.pprof;

import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

import io.gmicro.diagnostics.Escape;
import io.gmicro.diagnostics.Responses;
import io.gmicro.recorder.ProfileHistory;
import io.gmicro.recorder.VirtualThreads;
import org.jspecify.annotations.Nullable;

/**
 * The page that lists the profiles, worded as in Go where that applies to a JVM. It has
 * no script.
 */
final class IndexPage {

	private static final String NO_VIRTUAL_THREADS = " <code>block</code> and <code>mutex</code> show platform threads "
			+ "only: JFR does not record what virtual threads wait for.";

	private static final double MEGABYTE = 1 << 20;

	private static final Pattern PLAIN = Pattern.compile("[\\w@%+=:,./-]+");

	private final PrintWriter out;

	private final String base;

	private final ProfileHistory.@Nullable State history;

	private final UnaryOperator<String> authorize;

	private IndexPage(PrintWriter out, String base, ProfileHistory.@Nullable State history,
			UnaryOperator<String> authorize) {
		this.out = out;
		this.history = history;
		this.base = base.endsWith("/") ? base : base + "/";
		this.authorize = authorize;
	}

	/**
	 * Writes the page.
	 * @param out the writer
	 * @param base the absolute URL of the page, for commands
	 * @param style the relative URL of the style sheet
	 * @param settings which profiles are enabled
	 * @param samples whether there are samples of requests and calls
	 * @param history the profiles that are kept, or {@code null} if none are
	 * @param authorize adds the access token that a command needs to a URL
	 */
	static void write(PrintWriter out, String base, String style, PprofSettings settings, boolean samples,
			ProfileHistory.@Nullable State history, UnaryOperator<String> authorize) {
		new IndexPage(out, base, history, authorize).write(style, settings, samples);
	}

	private void write(String style, PprofSettings settings, boolean samples) {
		this.out.append(Responses.head("Profiles", style)).append("""
				<header>
				<h1>Profiles</h1>
				<p><code>%s</code></p>
				</header>
				<main>
				<p>Set <code>debug=1</code> as a query parameter to see a profile as text.%s</p>
				%s
				<table>
				<thead><tr><th scope="col">Profile</th><th scope="col">Count</th><th scope="col">Open</th></tr></thead>
				""".formatted(Escape.html(this.base), VirtualThreads.exist() ? NO_VIRTUAL_THREADS : "", kept()));
		for (ProfilePage page : ProfilePage.values()) {
			row(page, page.off(settings, samples));
		}
		this.out.append("</table>\n</main>\n</body>\n</html>\n");
	}

	/** A paragraph about the history, empty without one. */
	private String kept() {
		if (this.history == null) {
			return "";
		}
		Instant since = this.history.since();
		String problem = this.history.problem();
		return "<p>History: "
				+ ((since != null) ? "since <time>" + since.truncatedTo(ChronoUnit.SECONDS) + "</time>, "
						+ String.format(Locale.ROOT, "%.1f of %.0f MB", this.history.bytes() / MEGABYTE,
								this.history.maxBytes() / MEGABYTE)
						: "nothing yet")
				+ ". Set <code>ago=5m</code>, or <code>from</code> and <code>to</code>, and <code>seconds</code>; "
				+ "<code>base=10m</code> subtracts an earlier time span."
				+ ((problem != null) ? " <strong>Not recorded now: " + Escape.html(problem) + "</strong>" : "")
				+ "</p>";
	}

	private void row(ProfilePage page, @Nullable String off) {
		this.out.append((off != null) ? "<tbody class=\"off\">\n" : "<tbody>\n")
			.append("<tr><th scope=\"row\"><span class=\"name\">")
			.append(page.lowerCaseName())
			.append("</span> <span class=\"description\">")
			.append(Escape.html(page.description()))
			.append("</span></th><td class=\"number\">")
			.append((page == ProfilePage.GOROUTINE) ? Integer.toString(threads()) : "")
			.append("</td><td>");
		if (off == null) {
			links(page);
		}
		this.out.append("</td></tr>\n<tr class=\"how\"><td colspan=\"3\">");
		if (off == null) {
			command(page);
		}
		else {
			this.out.append("<span class=\"note\">Not available: ").append(off).append("</span>");
		}
		this.out.append("</td></tr>\n</tbody>\n");
	}

	private static int threads() {
		return ManagementFactory.getThreadMXBean().getThreadCount();
	}

	private void links(ProfilePage page) {
		String flameGraph = page.flameGraph();
		if (flameGraph != null) {
			link(flameGraph, "Flame graph");
		}
		if (page.hasText()) {
			link(page.lowerCaseName() + "?debug=1", "Text");
		}
		switch (page) {
			case CMDLINE -> link(page.target(), "Text");
			case SYMBOL -> {
			}
			default -> link(page.target(), "Download");
		}
		switch (page) {
			case GOROUTINE -> link(page.lowerCaseName() + "?debug=2", "full goroutine stack dump");
			case WALL -> {
				link("flamegraph?profile=wall&ago=5m", "Flame graph of the last 5 minutes");
				link("wall?ago=5m", "Download of the last 5 minutes");
			}
			case ALLOCS, BLOCK, MUTEX, PROFILE -> {
				if (this.history != null && this.history.since() != null) {
					String name = (page == ProfilePage.PROFILE) ? "cpu" : page.lowerCaseName();
					link("flamegraph?profile=" + name + "&ago=5m", "Flame graph of the last 5 minutes");
					link(page.lowerCaseName() + "?ago=5m", "Download of the last 5 minutes");
				}
			}
			default -> {
			}
		}
	}

	private void link(String target, String text) {
		this.out.append("<a href=\"").append(Escape.html(target)).append("\">").append(text).append("</a>\n");
	}

	private void command(ProfilePage page) {
		String url = quoted(this.authorize.apply(this.base + page.target()));
		String command = switch (page) {
			case CMDLINE -> "curl -s " + url + " | tr '\\0' '\\n'";
			case SYMBOL -> "curl -s " + url;
			case TRACE -> "curl -o trace.jfr " + url;
			default -> "go tool pprof " + url;
		};
		this.out.append("<code class=\"command\">").append(Escape.html(command)).append("</code>");
	}

	/** Quotes a word for a shell. */
	private static String quoted(String word) {
		return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
	}

}
