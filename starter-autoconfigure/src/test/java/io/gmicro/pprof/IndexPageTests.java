package io.gmicro.pprof;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

import io.gmicro.diagnostics.Escape;
import io.gmicro.diagnostics.Responses;
import io.gmicro.recorder.ProfileHistory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The list of profiles.
 */
class IndexPageTests {

	private static final String BASE = "http://127.0.0.1:8080/debug/pprof/";

	private static final PprofSettings ALL_ON = new PprofSettings(120, true, true, true, -1);

	@Test
	void listsProfilesByName() {
		assertThat(all(page(BASE), "<span class=\"name\">([^<]*)<")).containsExactly("allocs", "block", "cmdline",
				"goroutine", "heap", "mutex", "profile", "symbol", "threadcreate", "trace", "wall");
		assertThat(all(row("goroutine", ALL_ON), "<td class=\"number\">(\\d+)</td>")).hasSize(1);
		assertThat(page(BASE)).contains("href=\"style.css\"");
	}

	@Test
	void linksGraphTextAndDownload() {
		assertThat(links("allocs")).containsExactly("flamegraph?profile=allocs", "allocs?debug=1", "allocs");
		assertThat(links("profile")).containsExactly("flamegraph?profile=cpu&amp;seconds=5", "profile?seconds=30");
		assertThat(links("goroutine")).containsExactly("flamegraph?profile=goroutine", "goroutine?debug=1", "goroutine",
				"goroutine?debug=2");
		assertThat(row("goroutine", ALL_ON)).contains("full goroutine stack dump");
		assertThat(links("heap")).containsExactly("heap?debug=1", "heap");
		assertThat(links("threadcreate")).containsExactly("threadcreate?debug=1", "threadcreate");
		assertThat(links("trace")).containsExactly("trace?seconds=5");
		assertThat(links("cmdline")).containsExactly("cmdline");
		assertThat(links("symbol")).isEmpty();
		assertThat(links("wall")).containsExactly("flamegraph?profile=wall&amp;seconds=5", "wall?seconds=30",
				"flamegraph?profile=wall&amp;ago=5m", "wall?ago=5m");
	}

	@Test
	void commandsCanBeTyped() {
		assertThat(command(BASE, "allocs")).isEqualTo("go tool pprof http://127.0.0.1:8080/debug/pprof/allocs");
		assertThat(command(BASE, "profile"))
			.isEqualTo("go tool pprof &#39;http://127.0.0.1:8080/debug/pprof/profile?seconds=30&#39;");
		assertThat(command("http://[::1]:8080/debug/pprof", "heap"))
			.isEqualTo("go tool pprof &#39;http://[::1]:8080/debug/pprof/heap&#39;");
		assertThat(command("http://x/$(id)'`\"", "heap"))
			.isEqualTo("go tool pprof &#39;http://x/$(id)&#39;\\&#39;&#39;`&quot;/heap&#39;");
		assertThat(command(BASE, "trace"))
			.isEqualTo("curl -o trace.jfr &#39;http://127.0.0.1:8080/debug/pprof/trace?seconds=5&#39;");
		assertThat(command(BASE, "cmdline"))
			.isEqualTo("curl -s http://127.0.0.1:8080/debug/pprof/cmdline | tr &#39;\\0&#39; &#39;\\n&#39;");
	}

	@Test
	void whatIsOffSaysWhyAndLinksNothing() {
		PprofSettings off = new PprofSettings(120, false, false, true, -1);
		for (String name : List.of("heap", "trace")) {
			String reason = "Not available: gmicro.pprof." + name + ".enabled=false";
			assertThat(row(name, off)).contains(reason).doesNotContain("<code", "<a ");
			assertThat(row(name, ALL_ON)).contains("<code", "<a ").doesNotContain("Not available");
		}
		assertThat(row("allocs", off)).isEqualTo(row("allocs", ALL_ON));
	}

	@Test
	void wallSaysWhichPropertiesItNeeds() {
		StringWriter text = new StringWriter();
		IndexPage.write(new PrintWriter(text), BASE, "style.css", ALL_ON, false, null, UnaryOperator.identity());
		assertThat(row(text.toString(), "wall"))
			.contains("Not available: wall needs gmicro.metrics.enabled=true and gmicro.sampling.enabled=true")
			.doesNotContain("<code", "<a ");
		assertThat(row("wall", ALL_ON)).contains("Also served as fgprof").doesNotContain("Not available");
	}

	@ParameterizedTest
	@ValueSource(strings = { "<script>alert(1)</script>", "\" onmouseover=\"alert(1)", "' x='", "</code><h1>", "&lt;",
			"-->", "\u202egnp", "\u0000\u001b[2J\n", "\ud800", "" })
	void hostileTextIsHarmless(String text) {
		String harmless = page("text");
		String hostile = page(text);
		assertThat(tags(hostile)).isEqualTo(tags(harmless));
		assertThat(hostile).contains(Escape.html(text));
		assertThat(hostile.replace("\n", "").codePoints()).allMatch((character) -> character >= ' ' && character < 127);
	}

	@Test
	void pageHasNothingActive() {
		assertThat(page(BASE)).doesNotContain("<script", "<form", "<img", "style=\"", "javascript:");
		assertThat(Responses.CONTENT_SECURITY_POLICY).startsWith("default-src 'none'; style-src 'self';")
			.doesNotContain("unsafe", "script-src");
	}

	@Test
	void commandsHaveTheToken() {
		assertThat(written(BASE, ALL_ON, (url) -> url + "&token=0123456789abcdef"))
			.contains("go tool pprof &#39;" + BASE + "profile?seconds=30&amp;token=0123456789abcdef&#39;")
			.contains("href=\"profile?seconds=30\"");
	}

	@Test
	void saysThatVirtualThreadsAreNotInProfilesOfWaits() {
		assertThat(page(BASE).contains("what virtual threads wait for")).isEqualTo(Runtime.version().feature() >= 21);
	}

	private static List<String> links(String name) {
		return all(row(name, ALL_ON), "<a href=\"([^\"]*)\"");
	}

	private static String command(String base, String name) {
		List<String> commands = all(row(page(base), name), "<code class=\"command\">([^<]*)</code>");
		assertThat(commands).hasSize(1);
		return commands.get(0);
	}

	private static String row(String name, PprofSettings settings) {
		return row(written(BASE, settings, UnaryOperator.identity()), name);
	}

	private static String row(String page, String name) {
		int start = page.indexOf("<span class=\"name\">" + name + "<");
		assertThat(start).isPositive();
		return page.substring(start, page.indexOf("</tbody>", start));
	}

	/** Every tag with its attributes, but for what is linked. */
	private static List<String> tags(String html) {
		return all(html, "(<[^>]*>)").stream().map((tag) -> tag.replaceAll("href=\"[^\"<>']*\"", "href")).toList();
	}

	private static List<String> all(String text, String pattern) {
		return Pattern.compile(pattern).matcher(text).results().map((result) -> result.group(1)).toList();
	}

	private static String page(String base) {
		return written(base, ALL_ON, UnaryOperator.identity());
	}

	@Test
	void historySaysSinceWhenAndWhyNotNow() {
		assertThat(
				written(new ProfileHistory.State(Instant.parse("2026-01-01T00:00:00.123Z"), 3 << 19, 16 << 20, null)))
			.contains("<p>History: since <time>2026-01-01T00:00:00Z</time>, 1.5 of 16 MB. Set ",
					"flamegraph?profile=cpu&amp;ago=5m", "mutex?ago=5m")
			.doesNotContain("Not recorded now");
		assertThat(written(new ProfileHistory.State(null, 0, 16 << 20, "less than 64 MB is free in /tmp/<a>")))
			.contains("<p>History: nothing yet. Set ",
					"<strong>Not recorded now: less than 64 MB is free in /tmp/&lt;a&gt;</strong>")
			.doesNotContain("flamegraph?profile=cpu&amp;ago=5m");
		assertThat(written(BASE, ALL_ON, UnaryOperator.identity())).doesNotContain("History: ");
	}

	private static String written(ProfileHistory.State history) {
		StringWriter text = new StringWriter();
		IndexPage.write(new PrintWriter(text), BASE, "style.css", ALL_ON, true, history, UnaryOperator.identity());
		return text.toString();
	}

	private static String written(String base, PprofSettings settings, UnaryOperator<String> authorize) {
		StringWriter text = new StringWriter();
		PrintWriter out = new PrintWriter(text);
		IndexPage.write(out, base, "style.css", settings, true, null, authorize);
		out.flush();
		return text.toString();
	}

}
