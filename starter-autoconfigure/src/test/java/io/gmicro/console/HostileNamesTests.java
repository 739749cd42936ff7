package io.gmicro.console;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.gmicro.diagnostics.Escape;
import io.gmicro.diagnostics.OwnCode;
import io.gmicro.slow.FrameChain;
import io.gmicro.slow.HottestFrame;
import io.gmicro.slow.LiveStack;
import io.gmicro.slow.RequestsView;
import io.gmicro.slow.Timeline;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever an application calls its threads, routes, classes and traces, the page shows
 * it and is not changed by it.
 */
class HostileNamesTests {

	static List<String> names() {
		return List.of("<script>alert(1)</script>", "\"onmouseover=\"alert(1)", "' autofocus onfocus='alert(1)", "]]>",
				"</code></summary></details><h1>", "<!--", "-->", "&lt;b&gt;", "&#60;b&#62;", "{\"a\": [1, 2]}",
				"\"},{\"", "\\", "\\\"", "\\u0041", "a\u2028b\u2029c",
				"\u0000\u0001\u0008\t\n\u000b\f\r\u001b[2J\u007f", "\u0085\u009b31m", "\u202egnp.exe", "\u200b\ufeff",
				"\ud83d\ude00 \u00fc \u4e2d", "\ud800", "\udc00x", "x\ud83d", "\ufffe\uffff", "\udbff\udfff",
				"`${alert(1)}`", "%3Cscript%3E", "");
	}

	@ParameterizedTest
	@MethodSource("names")
	void jsonIsReadBackExactly(String name) {
		String text = written((out) -> new JsonPage(out).write(view(name)));
		JsonNode json = new JsonMapper().readTree(text);
		JsonNode running = json.path("running").path(0);
		assertThat(running.path("id").asString()).isEqualTo(name);
		assertThat(running.path("method").asString()).isEqualTo(name);
		assertThat(running.path("route").asString()).isEqualTo(name);
		assertThat(running.path("thread").asString()).isEqualTo(name);
		assertThat(json.path("streams").path(0).path("route").asString()).isEqualTo(name);
		assertThat(json.path("live").path("thread").asString()).isEqualTo(name);
		String call = "io." + name + "." + name + "(" + name + ":1)";
		assertThat(json.path("live").path("stack").path(0).asString()).isEqualTo(call);
		JsonNode group = json.path("slow").path(0);
		assertThat(group.path("route").asString()).isEqualTo(name);
		JsonNode request = group.path("requests").path(0);
		assertThat(request.path("thread").asString()).isEqualTo(name);
		assertThat(request.path("traceId").asString()).isEqualTo(name);
		assertThat(request.path("stacks").path(0).path("calls").path(0).asString()).isEqualTo(call);
		assertThat(text.strip().codePoints()).noneMatch(HostileNamesTests::isInvisible);
		assertThat(text).doesNotContain("<", ">");
	}

	@ParameterizedTest
	@MethodSource("names")
	void htmlHasNoMarkupButItsOwn(String name) {
		String harmless = written((out) -> new HtmlPage(out).write(view("name"), "style.css"));
		String hostile = written((out) -> new HtmlPage(out).write(view(name), "style.css"));
		assertThat(tags(hostile)).isEqualTo(tags(harmless));
		assertThat(hostile.replace("\n", "").codePoints()).noneMatch(HostileNamesTests::isInvisible);
		assertThat(hostile).contains(Escape.html(name));
	}

	@ParameterizedTest
	@MethodSource("names")
	void textHasNoControlCharactersAndNoLinesButItsOwn(String name) {
		String harmless = written((out) -> new TextPage(out).write(view("name")));
		String hostile = written((out) -> new TextPage(out).write(view(name)));
		assertThat(hostile.lines()).hasSameSizeAs(harmless.lines().toList());
		assertThat(hostile.replace("\n", "").codePoints()).noneMatch(HostileNamesTests::isInvisible);
	}

	/** Every tag with its attributes, whose values may differ in the id of a request. */
	private static List<String> tags(String html) {
		Matcher matcher = Pattern.compile("<[^>]*>").matcher(html);
		return matcher.results()
			.map((tag) -> tag.group().replaceAll("href=\"\\?live=[^\"<>']*#live\"", "href"))
			.toList();
	}

	private static boolean isInvisible(int character) {
		return character < 0x20 || (character >= 0x7f && character <= 0x9f)
				|| Character.getType(character) == Character.FORMAT
				|| Character.getType(character) == Character.SURROGATE || character == 0x2028 || character == 0x2029;
	}

	private static String written(Consumer<PrintWriter> page) {
		StringWriter text = new StringWriter();
		PrintWriter out = new PrintWriter(text);
		page.accept(out);
		out.flush();
		return text.toString();
	}

	private static RequestsView view(String name) {
		StackTraceElement call = new StackTraceElement("io." + name, name, name, 1);
		RequestsView.Slow slow = new RequestsView.Slow(Instant.EPOCH, name, "200", Duration.ofSeconds(1), name, name, 1,
				Duration.ZERO, true, List.of(new Timeline.Share(name, Duration.ofSeconds(1), 1)),
				List.of(new Timeline.Part(name, call, 0, 1_000_000_000)), new HottestFrame(1, List.of(call), 0, null),
				List.of(new FrameChain(List.of(call), 1, 1_000_000_000, List.of())));
		return new RequestsView(Instant.EPOCH,
				List.of(new RequestsView.Running(name, name, name, Duration.ofSeconds(1), Duration.ofSeconds(2), false,
						name)),
				0, List.of(new RequestsView.Streams(name, name, 1, Duration.ofSeconds(1))),
				new LiveStack(name, LiveStack.State.RUNNING, name, List.of(call)),
				List.of(new RequestsView.Group(name, List.of(slow))), OwnCode.UNKNOWN);
	}

}
