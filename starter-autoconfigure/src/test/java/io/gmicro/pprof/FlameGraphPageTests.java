package io.gmicro.pprof;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.gmicro.diagnostics.Escape;
import io.gmicro.profile.Frame;
import io.gmicro.profile.Profile;
import io.gmicro.profile.ValueType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The page of a flame graph, read as text.
 */
class FlameGraphPageTests {

	private static final String NONCE = "bm9uY2U";

	private static final String SEPARATOR = "\u0001";

	@Test
	void showsCallsWithTheirValues() throws IOException {
		String page = page("CPU time", "nanoseconds",
				sample(3_000_000_000L, "shop.Orders.find", "java.lang.Thread.run"),
				sample(1_000_000_000L, "shop.Orders.<init>", "java.lang.Thread.run"),
				sample(500_000_000L, "[jvm: gc, jit and native threads]"));
		assertThat(names(page)).containsExactly("all", "[jvm: gc, jit and native threads]", "java.lang.Thread.run",
				"shop.Orders.<init>", "shop.Orders.find");
		assertThat(frames(page)).containsExactly("0 all 4500000000 other",
				"1 [jvm: gc, jit and native threads] 500000000 " + "other", "1 java.lang.Thread.run 4000000000 library",
				"2 shop.Orders.<init> 1000000000 application", "2 shop.Orders.find 3000000000 application");
	}

	@Test
	void samplesOfTheSameStackAreOne() throws IOException {
		assertThat(frames(page("", "count", sample(1, "a.A.a"), sample(2, "a.A.a")))).containsExactly("0 all 3 other",
				"1 a.A.a 3 application");
	}

	@Test
	void whatHasNoValueIsLeftOut() throws IOException {
		assertThat(frames(page("", "count", sample(0, "a.A.a"), sample(-5, "b.B.b"), sample(1, "c.C.c"))))
			.containsExactly("0 all 1 other", "1 c.C.c 1 application");
	}

	@Test
	void withoutSamplesTheTitleSaysSo() throws IOException {
		assertThat(page("Blocked", "nanoseconds")).contains("<h1>Blocked (no samples)</h1>",
				"<title>Blocked (no samples)</title>");
	}

	@Test
	void everyPartOfTheTemplateIsFound() throws IOException {
		String page = page("Title", "nanoseconds", sample(1, "a.A.a"));
		assertThat(page).contains("<h1>Title</h1>", "<title>Title</title>", "name='viewport'", "href='data:,'",
				"JDK and libraries", "<a href='./'>All profiles</a> &middot; drawn by <a href=", "fit(f.title, chars)",
				"function fit(title, chars)", "catch (literal)", "let canvasWidth", "window.onresize", "' ms'",
				"@media (max-width: 600px)", "inverted = true");
		assertThat(page).doesNotContain("Kernel", "Allocated class", "Produced by", "/*",
				"substring(0, chars - 2) + '..';\n\t\t\t\t\tc");
		assertThat(page).endsWith("</html>\n");
		assertThat(page("Title", "bytes", sample(1, "a.A.a"))).contains("' MB'").doesNotContain("' ms'");
		assertThat(page("Title", "count", sample(1, "a.A.a"))).contains("' samples'").doesNotContain("' MB'", "' ms'");
	}

	@Test
	void onlyScriptsWithTheNonceRun() throws IOException {
		String page = page("Title", "count", sample(1, "<script>", "<script src=x>"));
		assertThat(Pattern.compile("<script[^>]*>").matcher(page).results().map(MatchResult::group))
			.containsExactly("<script nonce='" + NONCE + "'>", "<script nonce='" + NONCE + "'>");
		assertThat(page).doesNotContainPattern("\\son\\w+\\s*=\\s*['\"]").doesNotContain("javascript:", "eval(");
		assertThat(FlameGraphPage.contentSecurityPolicy(NONCE)).isEqualTo("default-src 'none'; script-src 'nonce-"
				+ NONCE
				+ "'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
	}

	@Test
	void noncesDiffer() {
		List<String> nonces = Stream.generate(FlameGraphPage::nonce).limit(100).toList();
		assertThat(nonces).doesNotHaveDuplicates().allMatch((nonce) -> nonce.matches("[\\w-]{22}"));
	}

	static List<String> names() {
		return List.of("<script>alert(1)</script>", "</script>", "<!--<script>", "-->", "']; alert(1); //", "'", "\"",
				"\\", "\\'", "\\\\'; alert(1); //", "\\u0027", "];\nunpack(cpool);", "\n];\nunpack(cpool);",
				"const cpool = [\n", "`${alert(1)}`", "</h1>", "</title>", "&lt;", "a\u2028b\u2029c",
				"\u0000\u0001\u001b[2J\r\n\t\u007f\u0085", "\u202egnp", "\ud83d\ude00 \u00fc \u4e2d", "\ud800",
				"x\udc00", "\ufffe\uffff", " ", "", "function samples(n) {", "<h1></h1>", "<title></title>",
				"Produced by", "<dl class='hotkeys'>", "/*frames:*/", "/*highlight:*/", "/*height:*/300",
				"x".repeat(100_000));
	}

	/**
	 * The converter takes what two names begin with for a character: 28 is that of an
	 * angle bracket.
	 */
	@ParameterizedTest
	@MethodSource("names")
	void namesAndTitlesAreHarmless(String name) throws IOException {
		String harmless = page("title", "count", sample(1, "name"));
		for (int prefix = 0; prefix < 100; prefix++) {
			String same = "a".repeat(prefix);
			String page = page(name, "count", sample(2, same + "A" + name, same), sample(1, same + name, name));
			assertThat(outline(page)).isEqualTo(outline(harmless));
			assertThat(names(page)).contains(shown(same + name), shown(same + "A" + name));
		}
	}

	/** What begins with a slash could end a script behind such an angle bracket. */
	@ParameterizedTest
	@ValueSource(strings = { "/script>", "!--<script>", "script>" })
	void commonBeginningsAreHarmless(String name) throws IOException {
		for (int prefix = 20; prefix < 40; prefix++) {
			String same = "a".repeat(prefix);
			String page = page("title", "count", sample(1, same), sample(1, same + name));
			assertThat(outline(page)).isEqualTo(outline(page("title", "count", sample(1, "name"))));
			assertThat(names(page)).containsExactly("all", same, same + name);
		}
	}

	@Test
	void deepStacksAreCutInside() throws IOException {
		List<Frame> deep = IntStream.range(0, FlameGraphPage.MAX_DEPTH + 500)
			.mapToObj((i) -> frame("a.A.m" + (FlameGraphPage.MAX_DEPTH + 500 - i)))
			.toList();
		List<String> frames = frames(write("", "count", List.of(new Sample(deep, 1))));
		assertThat(frames).hasSize(FlameGraphPage.MAX_DEPTH + 2).last().asString().contains("[deeper calls]");
		assertThat(frames.get(1)).contains("a.A.m1 ");
	}

	@Test
	void smallestStacksAreCountedWhenThereAreTooMany() throws IOException {
		List<Sample> samples = IntStream.range(0, FlameGraphPage.MAX_CALLS + 3)
			.mapToObj((i) -> sample((i == 7) ? 1000 : 2, "a.A.m" + i))
			.toList();
		String page = write("", "count", samples);
		assertThat(frames(page)).hasSize(FlameGraphPage.MAX_CALLS + 2)
			.contains("1 a.A.m7 1000 application", "1 [3 smaller stacks] 6 other");
	}

	@Test
	void streamStaysOpen() throws IOException {
		ByteArrayOutputStream out = new ByteArrayOutputStream() {

			@Override
			public void close() {
				throw new AssertionError();
			}

		};
		FlameGraphPage.write(out, "", "count", profile(List.of(sample(1, "a.A.a"))), 0, NONCE);
		assertThat(out.size()).isPositive();
	}

	@Test
	void whenLibraryIsMissingItIsNotAvailable() throws Throwable {
		assertThat(FlameGraphPage.isAvailable()).isTrue();
		URL classes = FlameGraphPage.class.getProtectionDomain().getCodeSource().getLocation();
		try (URLClassLoader without = new URLClassLoader(new URL[] { classes }, ClassLoader.getPlatformClassLoader())) {
			Class<?> page = without.loadClass(FlameGraphPage.class.getName());
			MethodHandle isAvailable = MethodHandles.privateLookupIn(page, MethodHandles.lookup())
				.findStatic(page, "isAvailable", MethodType.methodType(boolean.class));
			assertThat((boolean) isAvailable.invoke()).isFalse();
		}
	}

	/** The page without what is in its title and its names. */
	private static List<String> outline(String page) {
		String outline = page.replaceFirst("(?s)\nconst cpool = \\[\n.*?\nsearch\\(\\);", "")
			.replaceFirst("#canvas \\{.*\\}", "")
			.replaceFirst("levels = Array.*", "")
			.replaceFirst("<title>[^<>\"'\n]*</title>", "")
			.replaceFirst("<h1>[^<>\"'\n]*</h1>", "");
		return outline.lines().toList();
	}

	/** As the page unpacks them. */
	private static List<String> names(String page) {
		String pool = page.substring(page.indexOf("const cpool = [\n") + 16, page.indexOf("\n];\nunpack(cpool)"));
		assertThat(pool).doesNotContain("<");
		List<String> packed = pool.lines().map(FlameGraphPageTests::literal).toList();
		List<String> names = new ArrayList<>(packed.subList(0, 1));
		for (String name : packed.subList(1, packed.size())) {
			names.add(names.get(names.size() - 1).substring(0, name.charAt(0) - ' ') + name.substring(1));
		}
		return names;
	}

	private static String literal(String line) {
		assertThat(line).matches("'([^'\\\\\\p{Cntrl}\u2028\u2029]|\u007f|\\\\['\\\\]|\\\\x3c)*',?");
		return line.replaceFirst(",$", "")
			.replaceAll("^'|'$", "")
			.replace("\\\\", SEPARATOR)
			.replace("\\'", "'")
			.replace("\\x3c", "<")
			.replace(SEPARATOR, "\\");
	}

	/** Each call with its level, its value and its color, as the page draws them. */
	private static List<String> frames(String page) {
		List<String> names = names(page);
		long[] current = new long[3];
		return page.substring(page.indexOf("unpack(cpool);\n\n"))
			.lines()
			.filter((line) -> line.matches("[fun]\\([\\d,-]+\\)"))
			.map((line) -> {
				String[] arguments = line.substring(2, line.length() - 1).split(",");
				int key = Integer.parseInt(arguments[0]);
				int width = (line.charAt(0) == 'f') ? 3 : 1;
				current[0] = switch (line.charAt(0)) {
					case 'f' -> Long.parseLong(arguments[1]);
					case 'u' -> current[0] + 1;
					default -> current[0];
				};
				current[1] = (arguments.length > width) ? Long.parseLong(arguments[width]) : current[1];
				String whose = switch (key & 7) {
					case 0 -> "library";
					case 1 -> "application";
					default -> "other";
				};
				return current[0] + " " + names.get(key >>> 3) + " " + current[1] + " " + whose;
			})
			.toList();
	}

	private static String shown(String name) {
		String shown = Escape.text(name.substring(0, Math.min(name.length(), 500)));
		return shown.isBlank() ? "[no name]" : shown;
	}

	private static String page(String title, String unit, Sample... samples) throws IOException {
		return write(title, unit, List.of(samples));
	}

	private static String write(String title, String unit, List<Sample> samples) throws IOException {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		FlameGraphPage.write(out, title, unit, profile(samples), 0, NONCE);
		return out.toString(StandardCharsets.UTF_8);
	}

	private static Profile profile(List<Sample> samples) {
		Profile profile = new Profile(new ValueType("value", "count"));
		samples.forEach((sample) -> profile.add(sample.stack(), Map.of(), sample.value()));
		return profile;
	}

	private static Sample sample(long value, String... functions) {
		return new Sample(Stream.of(functions).map(FlameGraphPageTests::frame).toList(), value);
	}

	private static Frame frame(String function) {
		return new Frame(function, "", "", 0);
	}

	private record Sample(List<Frame> stack, long value) {
	}

}
