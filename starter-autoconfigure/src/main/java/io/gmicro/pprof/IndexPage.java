package io.gmicro.pprof;

import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

import io.gmicro.diagnostics.Escape;
import io.gmicro.recorder.VirtualThreads;
import org.jspecify.annotations.Nullable;

/**
 * Writes the page that lists the profiles, in the words of Go's where they are true of a
 * JVM. It needs no script.
 */
final class IndexPage {

	/** The header for the page. */
	static final String CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; "
			+ "form-action 'none'; frame-ancestors 'none'";

	private static final String NO_VIRTUAL_THREADS = " <code>block</code> and <code>mutex</code> show platform threads "
			+ "only: JFR does not record what virtual threads wait for.";

	private static final Pattern PLAIN = Pattern.compile("[\\w@%+=:,./-]+");

	private final PrintWriter out;

	private final String base;

	private final UnaryOperator<String> authorize;

	private IndexPage(PrintWriter out, String base, UnaryOperator<String> authorize) {
		this.out = out;
		this.base = base.endsWith("/") ? base : base + "/";
		this.authorize = authorize;
	}

	/**
	 * Write the page.
	 * @param out where to write
	 * @param base the absolute URL of the page, for commands
	 * @param style the relative URL of the style sheet
	 * @param entries the profiles in any order
	 * @param authorize adds to a URL what a command needs to open it
	 */
	static void write(PrintWriter out, String base, String style, List<Entry> entries,
			UnaryOperator<String> authorize) {
		new IndexPage(out, base, authorize).write(style, entries);
	}

	private void write(String style, List<Entry> entries) {
		this.out.append("""
				<!DOCTYPE html>
				<html lang="en">
				<head>
				<meta charset="utf-8">
				<meta name="viewport" content="width=device-width, initial-scale=1">
				<meta name="color-scheme" content="light dark">
				<title>Profiles</title>
				<link rel="stylesheet" href="%s">
				</head>
				<body>
				<header>
				<h1>Profiles</h1>
				<p><code>%s</code></p>
				</header>
				<main>
				<p>Set <code>debug=1</code> as a query parameter to see a profile as text.%s</p>
				<table>
				<thead><tr><th scope="col">Profile</th><th scope="col">Count</th><th scope="col">Open</th></tr></thead>
				""".formatted(Escape.html(style), Escape.html(this.base),
				VirtualThreads.exist() ? NO_VIRTUAL_THREADS : ""));
		entries.stream().sorted(Comparator.comparing(Entry::name)).forEach(this::entry);
		this.out.append("</table>\n</main>\n</body>\n</html>\n");
	}

	private void entry(Entry entry) {
		String off = entry.off();
		this.out.append((off != null) ? "<tbody class=\"off\">\n" : "<tbody>\n")
			.append("<tr><th scope=\"row\"><span class=\"name\">")
			.append(Escape.html(entry.name()))
			.append("</span> <span class=\"description\">")
			.append(Escape.html(entry.description()))
			.append("</span></th><td class=\"number\">")
			.append((entry.count() != null) ? entry.count().toString() : "")
			.append("</td><td>");
		if (off == null) {
			links(entry);
		}
		this.out.append("</td></tr>\n<tr class=\"how\"><td colspan=\"3\">");
		if (off == null) {
			command(entry);
		}
		else {
			this.out.append("<span class=\"note\">Not available: ").append(Escape.html(off)).append("</span>");
		}
		this.out.append("</td></tr>\n</tbody>\n");
	}

	private void links(Entry entry) {
		String name = entry.name();
		if (entry.flameGraph()) {
			String profile = name.equals("profile") ? "cpu" : name;
			link("flamegraph?profile=" + profile + (entry.query().isEmpty() ? "" : "&seconds=5"), "Flame graph");
		}
		if (entry.text()) {
			link(name + "?debug=1", "Text");
		}
		switch (name) {
			case "cmdline" -> link(name, "Text");
			case "symbol" -> {
			}
			default -> link(path(entry), "Download");
		}
		if (name.equals("goroutine")) {
			link(name + "?debug=2", "full goroutine stack dump");
		}
	}

	private void link(String target, String text) {
		this.out.append("<a href=\"").append(Escape.html(target)).append("\">").append(text).append("</a>\n");
	}

	private void command(Entry entry) {
		String url = quoted(this.authorize.apply(this.base + path(entry)));
		String command = switch (entry.name()) {
			case "cmdline" -> "curl -s " + url + " | tr '\\0' '\\n'";
			case "symbol" -> "curl -s " + url;
			case "trace" -> "curl -o trace.jfr " + url;
			default -> "go tool pprof " + url;
		};
		this.out.append("<code class=\"command\">").append(Escape.html(command)).append("</code>");
	}

	private static String path(Entry entry) {
		return entry.query().isEmpty() ? entry.name() : entry.name() + "?" + entry.query();
	}

	/**
	 * As a shell takes it for one word.
	 */
	private static String quoted(String word) {
		return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
	}

	/**
	 * A profile in the list.
	 *
	 * @param name its name, which is its path
	 * @param count how many it has now, if that is known
	 * @param description what it is
	 * @param flameGraph whether it can be drawn
	 * @param text whether it can be read with {@code debug=1}
	 * @param off why it cannot be had now
	 * @param query the query of the download and the command, may be empty
	 */
	record Entry(String name, @Nullable Long count, String description, boolean flameGraph, boolean text,
			@Nullable String off, String query) {

		/**
		 * One of the profiles that Go has.
		 */
		static Entry of(String name, @Nullable Long count, @Nullable String off) {
			return switch (name) {
				case "allocs" -> new Entry(name, count, "A sampling of past memory allocations, since profiling began.",
						true, true, off, "");
				case "block" -> new Entry(name, count,
						"Stack traces that led to blocking on synchronization primitives. Idle threads of pools are left out.",
						true, true, off, "");
				case "cmdline" -> new Entry(name, count,
						"The command line invocation of the current program: its main class and its arguments, masked "
								+ "where they look like a secret.",
						false, false, off, "");
				case "goroutine" -> new Entry(name, count,
						"Stack traces of all current threads. Use debug=2 as a query parameter to export a thread dump.",
						true, true, off, "");
				case "heap" -> new Entry(name, count,
						"Objects on the heap by class, without stack traces; with gc=1 only live ones. Taking it pauses the JVM.",
						false, true, off, "");
				case "mutex" -> new Entry(name, count,
						"Stack traces of threads that waited for contended locks, and not of their holders as in Go.",
						true, true, off, "");
				case "profile" -> new Entry(name, count,
						"CPU profile. You can specify the duration in the seconds GET parameter. After you get the profile "
								+ "file, use the go tool pprof command to investigate the profile.",
						true, false, off, "seconds=30");
				case "symbol" -> new Entry(name, count,
						"Maps given program counters to function names. There is none to map: profiles come with their "
								+ "names.",
						false, false, off, "");
				case "threadcreate" -> new Entry(name, count, "Stack traces that led to the creation of new threads.",
						false, true, off, "");
				case "trace" -> new Entry(name, count,
						"A trace of execution of the current program, as a recording of JDK Flight Recorder. You can specify "
								+ "the duration in the seconds GET parameter. After you get the trace file, use JDK Mission "
								+ "Control or the jfr command to investigate the trace.",
						false, false, off, "seconds=5");
				default -> throw new IllegalArgumentException("Unknown profile " + name);
			};
		}

	}

}
