package io.gmicro.pprof;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.gmicro.diagnostics.Escape;
import io.gmicro.pprof.IndexPage.Entry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * The list of profiles.
 */
class IndexPageTests {

	private static final String BASE = "http://127.0.0.1:8080/debug/pprof/";

	private static final List<String> NAMES = List.of("allocs", "block", "cmdline", "goroutine", "heap", "mutex",
			"profile", "symbol", "threadcreate", "trace");

	@Test
	void listsProfilesByName() {
		List<Entry> entries = NAMES.stream().map((name) -> Entry.of(name, 7L, null)).toList();
		List<Entry> shuffled = new ArrayList<>(entries);
		Collections.reverse(shuffled);
		String page = page(BASE, shuffled);
		assertThat(page).isEqualTo(page(BASE, entries));
		assertThat(all(page, "<span class=\"name\">([^<]*)<")).isEqualTo(NAMES);
		assertThat(page).contains("<td class=\"number\">7</td>", "href=\"style.css\"");
	}

	@Test
	void linksGraphTextAndDownload() {
		assertThat(links(Entry.of("allocs", 1L, null))).containsExactly("flamegraph?profile=allocs", "allocs?debug=1",
				"allocs");
		assertThat(links(Entry.of("profile", null, null))).containsExactly("flamegraph?profile=cpu&amp;seconds=5",
				"profile?seconds=30");
		assertThat(links(Entry.of("goroutine", 9L, null))).containsExactly("flamegraph?profile=goroutine",
				"goroutine?debug=1", "goroutine", "goroutine?debug=2");
		assertThat(page(BASE, List.of(Entry.of("goroutine", 9L, null)))).contains("full goroutine stack dump");
		assertThat(links(Entry.of("heap", null, null))).containsExactly("heap?debug=1", "heap");
		assertThat(links(Entry.of("threadcreate", 2L, null))).containsExactly("threadcreate?debug=1", "threadcreate");
		assertThat(links(Entry.of("trace", null, null))).containsExactly("trace?seconds=5");
		assertThat(links(Entry.of("cmdline", null, null))).containsExactly("cmdline");
		assertThat(links(Entry.of("symbol", null, null))).isEmpty();
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
		Entry off = Entry.of("heap", null, "gmicro.pprof.heap.enabled=false");
		assertThat(links(off)).isEmpty();
		assertThat(page(BASE, List.of(off))).contains("Not available: gmicro.pprof.heap.enabled=false")
			.doesNotContain("go tool pprof");
		assertThat(page(BASE, List.of(Entry.of("heap", null, null)))).contains("go tool pprof")
			.doesNotContain("Not available");
	}

	@ParameterizedTest
	@ValueSource(strings = { "<script>alert(1)</script>", "\" onmouseover=\"alert(1)", "' x='", "</code><h1>", "&lt;",
			"-->", "\u202egnp", "\u0000\u001b[2J\n", "\ud800", "" })
	void hostileTextIsHarmless(String text) {
		String harmless = written("text", entry("text"));
		String hostile = written(text, entry(text));
		assertThat(tags(hostile)).isEqualTo(tags(harmless));
		assertThat(hostile).contains(Escape.html(text));
		assertThat(hostile.replace("\n", "").codePoints()).allMatch((character) -> character >= ' ' && character < 127);
	}

	@Test
	void pageHasNothingActive() {
		String page = page(BASE, NAMES.stream().map((name) -> Entry.of(name, null, null)).toList());
		assertThat(page).doesNotContain("<script", "<form", "<img", "style=\"", "javascript:");
		assertThat(IndexPage.CONTENT_SECURITY_POLICY).startsWith("default-src 'none'; style-src 'self';")
			.doesNotContain("unsafe", "script-src");
	}

	@Test
	void otherNamesAreNoProfilesOfGo() {
		assertThatIllegalArgumentException().isThrownBy(() -> Entry.of("fgprof", null, null))
			.withMessageContaining("fgprof");
	}

	private static List<String> links(Entry entry) {
		return all(page(BASE, List.of(entry)), "<a href=\"([^\"]*)\"");
	}

	private static String command(String base, String name) {
		List<String> commands = all(page(base, List.of(Entry.of(name, null, null))),
				"<code class=\"command\">([^<]*)</code>");
		assertThat(commands).hasSize(1);
		return commands.get(0);
	}

	/** Every tag with its attributes, but for what is linked. */
	private static List<String> tags(String html) {
		return all(html, "(<[^>]*>)").stream().map((tag) -> tag.replaceAll("href=\"[^\"<>']*\"", "href")).toList();
	}

	private static List<String> all(String text, String pattern) {
		return Pattern.compile(pattern).matcher(text).results().map((result) -> result.group(1)).toList();
	}

	@Test
	void commandsHaveTheToken() {
		StringWriter text = new StringWriter();
		PrintWriter out = new PrintWriter(text);
		IndexPage.write(out, BASE, "style.css", List.of(Entry.of("profile", null, null)),
				(url) -> url + "&token=0123456789abcdef");
		out.flush();
		assertThat(text.toString())
			.contains("go tool pprof &#39;" + BASE + "profile?seconds=30&amp;token=0123456789abcdef&#39;")
			.contains("href=\"profile?seconds=30\"");
	}

	private static Entry entry(String text) {
		return new Entry(text, 1L, text, true, true, null, text.isEmpty() ? "x" : text);
	}

	private static String page(String base, List<Entry> entries) {
		return written(base, entries.toArray(Entry[]::new));
	}

	private static String written(String base, Entry... entries) {
		StringWriter text = new StringWriter();
		PrintWriter out = new PrintWriter(text);
		IndexPage.write(out, base, "style.css", Stream.of(entries).toList(), UnaryOperator.identity());
		out.flush();
		return text.toString();
	}

	@Test
	void saysThatVirtualThreadsAreNotInProfilesOfWaits() {
		assertThat(page(BASE, List.of()).contains("what virtual threads wait for"))
			.isEqualTo(Runtime.version().feature() >= 21);
	}

}
