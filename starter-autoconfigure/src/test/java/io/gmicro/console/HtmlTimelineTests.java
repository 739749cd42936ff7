package io.gmicro.console;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;

import io.gmicro.slow.HottestFrame;
import io.gmicro.slow.RequestsView;
import io.gmicro.slow.Timeline;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class HtmlTimelineTests {

	private static final long MILLISECOND = 1_000_000;

	@Test
	void partsAreDrawnToScaleAndListed() {
		String html = html(part("http_client", 0, 900), part("pricing", 900, 1000));
		assertThat(html).containsSubsequence("<rect class=\"http-client\" x=\"0\" width=\"9000\" height=\"1\">",
				"<rect class=\"other\" x=\"9000\" width=\"1000\" height=\"1\">");
		assertThat(html).containsSubsequence(
				"<li class=\"share http-client\">0.000–0.900 s http_client in Shop.find</li>",
				"<li class=\"share other\">0.900–1.000 s pricing in Shop.find</li>");
		assertThat(html).doesNotContain("<details", "style=");
	}

	@Test
	void longTimelineIsCollapsed() {
		Timeline.Part[] parts = IntStream.range(0, 5)
			.mapToObj((i) -> part((i % 2 == 0) ? "cpu" : "lock", i * 10, (i == 4) ? 100 : i * 10 + 10))
			.toArray(Timeline.Part[]::new);
		assertThat(html(parts))
			.contains("<details class=\"parts\"><summary>5 parts, the longest 0.040–0.100 s cpu in Shop.find</summary>")
			.containsOnlyOnce("</details>");
	}

	@Test
	void timelineWithoutPartsIsNotDrawn() {
		assertThat(html()).doesNotContain("<svg", "<ol");
	}

	private static Timeline.Part part(String activity, long startMillis, long endMillis) {
		return new Timeline.Part(activity, new StackTraceElement("shop.Shop", "find", "Shop.java", 1),
				startMillis * MILLISECOND, endMillis * MILLISECOND);
	}

	private static String html(Timeline.Part... parts) {
		StringWriter text = new StringWriter();
		PrintWriter out = new PrintWriter(text);
		new HtmlTimeline(out).write(new RequestsView.Slow(Instant.EPOCH, "GET", "200", Duration.ofSeconds(1), "thread",
				null, 1, Duration.ZERO, false, List.of(new Timeline.Share("cpu", Duration.ofSeconds(1), 1)),
				List.of(parts), new HottestFrame(0, List.of(), 0, null), List.of()));
		out.flush();
		return text.toString();
	}

}
