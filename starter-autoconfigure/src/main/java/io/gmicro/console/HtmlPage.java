package io.gmicro.console;

import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

import io.gmicro.diagnostics.Escape;
import io.gmicro.diagnostics.OwnCode;
import io.gmicro.diagnostics.Responses;
import io.gmicro.slow.FrameChain;
import io.gmicro.slow.HottestFrame;
import io.gmicro.slow.LiveStack;
import io.gmicro.slow.RequestText;
import io.gmicro.slow.RequestsView;
import org.jspecify.annotations.Nullable;

/**
 * Writes the page as HTML. It needs no script: a live stack is a link, and long stacks
 * are collapsed.
 */
final class HtmlPage {

	private static final String NONE = " class=\"none\"";

	private final PrintWriter out;

	private OwnCode own = OwnCode.UNKNOWN;

	HtmlPage(PrintWriter out) {
		this.out = out;
	}

	void write(RequestsView view, String style) {
		this.own = view.own();
		this.out.append(Responses.head("Requests", style)).append("""
				<header>
				<h1>Requests</h1>
				<p>As of %s</p>
				<nav aria-label="This page"><a href="?">Refresh</a> <a href="?format=json">JSON</a> \
				<a href="?format=text">Text</a></nav>
				</header>
				<main>
				""".formatted(time(view.time())));
		running(view);
		slow(view);
		this.out.append("</main>\n</body>\n</html>\n");
	}

	private void running(RequestsView view) {
		LiveStack live = view.live();
		this.out.append("<section aria-labelledby=\"running\">\n<h2 id=\"running\">Running now <span class=\"count\">")
			.append(Integer.toString(view.runningCount()))
			.append("</span></h2>\n");
		if (live != null && view.running().stream().noneMatch((request) -> request.id().equals(live.id()))) {
			this.out.append("<div class=\"live\" id=\"live\">");
			live(live);
			this.out.append("</div>\n");
		}
		if (view.runningCount() == 0) {
			this.out.append("<p class=\"empty\">No request is being served.</p>\n");
		}
		if (!view.running().isEmpty()) {
			this.out.append("""
					<table class="running">
					<thead><tr><th scope="col">Request</th><th scope="col">Age</th><th scope="col">Thread</th>\
					<th scope="col">Stack</th></tr></thead>
					<tbody>
					""");
			view.running().forEach((request) -> running(request, live));
			this.out.append("</tbody>\n</table>\n");
		}
		if (view.runningNotShown() > 0) {
			this.out.append("<p class=\"empty\">and ")
				.append(Integer.toString(view.runningNotShown()))
				.append(" more</p>\n");
		}
		streams(view.streams());
		this.out.append("</section>\n");
	}

	private void streams(List<RequestsView.Streams> streams) {
		if (!streams.isEmpty()) {
			this.out.append("""
					<table class="streams">
					<thead><tr><th scope="col">Streams</th><th scope="col">Number</th><th scope="col">Oldest</th></tr>\
					</thead>
					<tbody>
					""");
			streams.forEach(this::streams);
			this.out.append("</tbody>\n</table>\n");
		}
	}

	private void streams(RequestsView.Streams streams) {
		this.out.append("""
				<tr><th scope="row"><span class="method">%s</span> <code>%s</code></th>\
				<td><span class="number">%s</span></td><td><span class="number">%s</span></td></tr>
				""".formatted(Escape.html(streams.method()), Escape.html(RequestText.route(streams.route())),
				streams.count(), RequestText.duration(streams.oldest())));
	}

	private void running(RequestsView.Running request, @Nullable LiveStack live) {
		String thread = request.thread();
		this.out.append("""
				<tr%s><th scope="row"><span class="method">%s</span> <code%s>%s</code></th>\
				<td><span class="number">%s</span><span class="note">%s</span></td><td%s>%s</td>\
				<td><a href="?live=%s#live">Stack now</a></td></tr>
				""".formatted(request.isSlow() ? " class=\"slow\"" : "", Escape.html(request.method()),
				(request.route() != null) ? "" : NONE, Escape.html(RequestText.route(request.route())),
				RequestText.duration(request.age()), Escape.html(RequestText.state(request)),
				(thread != null) ? "" : NONE,
				Escape.html((thread != null) ? RequestText.thread(thread) : RequestText.ASYNCHRONOUS),
				Escape.html(request.id())));
		if (live != null && live.id().equals(request.id())) {
			this.out.append("<tr class=\"live\" id=\"live\"><td colspan=\"4\">");
			live(live);
			this.out.append("</td></tr>\n");
		}
	}

	private void live(LiveStack live) {
		String thread = live.thread();
		if (thread == null) {
			this.out.append("<p>This request ").append(Escape.html(live.state().text())).append(".</p>");
			return;
		}
		this.out.append("<p>The stack of <strong>")
			.append(Escape.html(RequestText.thread(thread)))
			.append("</strong>, innermost call first. <a href=\"?\">Close</a></p>");
		new HtmlStacks(this.out, this.own).calls(live.calls(), true);
	}

	private void slow(RequestsView view) {
		int requests = view.slow().stream().mapToInt((group) -> group.requests().size()).sum();
		this.out.append("<section aria-labelledby=\"slow\">\n<h2 id=\"slow\">Slow <span class=\"count\">")
			.append(Integer.toString(requests))
			.append("</span></h2>\n");
		if (requests == 0) {
			this.out.append("<p class=\"empty\">No request was slow.</p>\n");
		}
		view.slow().forEach(this::group);
		this.out.append("</section>\n");
	}

	private void group(RequestsView.Group group) {
		this.out.append("""
				<h3><code>%s</code> <span class="note">slowest %s</span></h3>
				<table class="history">
				<thead><tr><th scope="col">Start</th><th scope="col">Duration</th><th scope="col">Response</th>\
				<th scope="col">Thread</th><th scope="col">Trace</th></tr></thead>
				""".formatted(Escape.html(group.route()), RequestText.duration(group.slowest())));
		group.requests().forEach(this::request);
		this.out.append("</table>\n");
	}

	private void request(RequestsView.Slow request) {
		String traceId = request.traceId();
		this.out.append("""
				<tbody>
				<tr><th scope="row">%s</th><td><span class="number">%s</span></td>\
				<td><span class="method">%s</span> %s</td><td>%s</td>%s</tr>
				<tr class="story"><td colspan="5">\
				""".formatted(time(request.start()), RequestText.duration(request.duration()),
				Escape.html(request.method()), Escape.html(request.status()),
				Escape.html(RequestText.thread(request.thread())), (traceId != null)
						? "<td><code>" + Escape.html(traceId) + "</code></td>" : "<td" + NONE + ">none</td>"));
		new HtmlTimeline(this.out).write(request);
		stacks(request);
		this.out.append("</td></tr>\n</tbody>\n");
	}

	private void stacks(RequestsView.Slow request) {
		HottestFrame hottest = request.hottest();
		String samples = RequestText.stoodStill(request.stoodStill())
				+ RequestText.samples(hottest, request.samples(), request.thread());
		List<FrameChain> chains = request.stacks();
		if (chains.isEmpty()) {
			this.out.append("<p class=\"none\">").append(samples).append("</p>");
			return;
		}
		this.out.append("<details><summary>").append(samples);
		if (!hottest.calls().isEmpty()) {
			this.out.append(" in ")
				.append(hottest.calls()
					.stream()
					.map((call) -> "<code>" + Escape.html(RequestText.shortName(call)) + "</code>")
					.collect(Collectors.joining(" ← ")));
		}
		StackTraceElement inside = hottest.inside();
		if (inside != null) {
			this.out.append(RequestText.inside(hottest))
				.append("<code><span class=\"package\">")
				.append(Escape.html(RequestText.packagePrefix(inside)))
				.append("</span>")
				.append(Escape.html(RequestText.shortName(inside)))
				.append("</code>");
		}
		this.out.append("</summary>\n");
		new HtmlStacks(this.out, this.own).chains(chains);
		this.out.append("</details>");
	}

	private static String time(Instant instant) {
		return "<time datetime=\"" + RequestText.iso(instant) + "\">" + RequestText.time(instant) + "</time>";
	}

}
