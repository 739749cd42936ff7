package io.gmicro.console;

import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

import io.gmicro.diagnostics.Escape;
import io.gmicro.slow.RequestText;
import io.gmicro.slow.RequestsView;
import io.gmicro.slow.Timeline;

/**
 * Writes what a slow request did as HTML: the share of each activity, a bar of its parts,
 * and the parts as a list, which is collapsed if it is long.
 */
final class HtmlTimeline {

	private static final int UNFOLDED_PARTS = 4;

	/** The width of the bar in its own coordinates. */
	private static final long WIDTH = 10_000;

	/** Activities with a color. All others share one. */
	private static final Set<String> COLORED = Set.of("async", "cpu", "database", "file", "gc", "grpc_client",
			"http_client", "lock", "messaging", "network", "not_sampled", "pool", "runnable", "sleep", "stood_still");

	private final PrintWriter out;

	HtmlTimeline(PrintWriter out) {
		this.out = out;
	}

	void write(RequestsView.Slow request) {
		shares(request);
		List<Timeline.Part> parts = request.timeline();
		if (parts.isEmpty()) {
			return;
		}
		bar(parts);
		if (parts.size() <= UNFOLDED_PARTS) {
			list(parts);
			return;
		}
		Timeline.Part longest = parts.stream().max(Comparator.comparingLong(HtmlTimeline::nanos)).orElseThrow();
		this.out.append("<details class=\"parts\"><summary>")
			.append(Integer.toString(parts.size()))
			.append(" parts, the longest ")
			.append(Escape.html(RequestText.part(longest)))
			.append("</summary>\n");
		list(parts);
		this.out.append("</details>\n");
	}

	private void shares(RequestsView.Slow request) {
		this.out.append("<p class=\"shares\">");
		request.activities()
			.forEach((share) -> this.out.append("<span class=\"share ")
				.append(color(share.activity()))
				.append("\">")
				.append(Escape.html(RequestText.share(share)))
				.append("</span> "));
		if (request.coldStart()) {
			this.out.append("<span class=\"note\">").append(RequestText.COLD_START).append("</span>");
		}
		this.out.append("</p>\n");
	}

	/** Attributes of SVG, since the policy of the page forbids inline styles. */
	private void bar(List<Timeline.Part> parts) {
		long end = Math.max(parts.get(parts.size() - 1).endNanos(), 1);
		this.out.append("<svg class=\"bar\" viewBox=\"0 0 ")
			.append(Long.toString(WIDTH))
			.append(" 1\" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
		for (Timeline.Part part : parts) {
			long x = scaled(part.startNanos(), end);
			this.out.append("<rect class=\"")
				.append(color(part.activity()))
				.append("\" x=\"")
				.append(Long.toString(x))
				.append("\" width=\"")
				.append(Long.toString(scaled(part.endNanos(), end) - x))
				.append("\" height=\"1\"><title>")
				.append(Escape.html(RequestText.part(part)))
				.append("</title></rect>");
		}
		this.out.append("</svg>\n");
	}

	private static long scaled(long nanos, long end) {
		return Math.round((double) nanos / end * WIDTH);
	}

	private void list(List<Timeline.Part> parts) {
		this.out.append("<ol class=\"timeline\">\n");
		parts.forEach((part) -> this.out.append("<li class=\"share ")
			.append(color(part.activity()))
			.append("\">")
			.append(Escape.html(RequestText.part(part)))
			.append("</li>\n"));
		this.out.append("</ol>\n");
	}

	private static long nanos(Timeline.Part part) {
		return part.endNanos() - part.startNanos();
	}

	private static String color(String activity) {
		return COLORED.contains(activity) ? activity.replace('_', '-') : "other";
	}

}
