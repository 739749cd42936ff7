package io.gmicro.console;

import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Collectors;

import io.gmicro.diagnostics.Escape;
import io.gmicro.slow.FrameChain;
import io.gmicro.slow.HottestFrame;
import io.gmicro.slow.LiveStack;
import io.gmicro.slow.RequestText;
import io.gmicro.slow.RequestsView;

/**
 * Writes the page as plain text, for a terminal.
 */
final class TextPage {

	private static final String INDENT = "    ";

	private final PrintWriter out;

	TextPage(PrintWriter out) {
		this.out = out;
	}

	void write(RequestsView view) {
		line("", "Requests at " + RequestText.time(view.time()));
		line("", "");
		line("", "Running now: " + view.runningCount());
		view.running().forEach(this::running);
		if (view.runningNotShown() > 0) {
			line("  ", "and " + view.runningNotShown() + " more");
		}
		view.streams().forEach((streams) -> line("  ", RequestText.streams(streams)));
		LiveStack live = view.live();
		if (live != null) {
			line("", "");
			line("", "Request " + live.id() + " " + live.state().text());
			live.calls().forEach((call) -> line(INDENT, RequestText.fullName(call)));
		}
		line("", "");
		line("", "Slow: " + view.slow().stream().mapToInt((group) -> group.requests().size()).sum());
		view.slow().forEach(this::group);
	}

	private void running(RequestsView.Running request) {
		String thread = request.thread();
		line("  ", request.method() + " " + RequestText.route(request.route()) + ", "
				+ RequestText.duration(request.age()) + RequestText.state(request));
		line(INDENT, (thread != null) ? "thread " + RequestText.thread(thread) : RequestText.ASYNCHRONOUS);
		line(INDENT, "stack at ?format=text&live=" + request.id());
	}

	private void group(RequestsView.Group group) {
		line("", "");
		line("", group.route() + ", slowest " + RequestText.duration(group.slowest()));
		group.requests().forEach(this::request);
	}

	private void request(RequestsView.Slow request) {
		line("  ", RequestText.time(request.start()) + ", " + request.method() + ", took "
				+ RequestText.duration(request.duration()) + ", status " + request.status());
		line(INDENT, "thread " + RequestText.thread(request.thread())
				+ ((request.traceId() != null) ? ", trace " + request.traceId() : ""));
		if (request.coldStart()) {
			line(INDENT, RequestText.COLD_START);
		}
		line(INDENT, request.activities().stream().map(RequestText::share).collect(Collectors.joining(", ")));
		request.timeline().forEach((part) -> line(INDENT + "  ", RequestText.part(part)));
		HottestFrame hottest = request.hottest();
		StackTraceElement inside = hottest.inside();
		line(INDENT,
				RequestText.stoodStill(request.stoodStill())
						+ RequestText.samples(hottest, request.samples(), request.thread())
						+ hottest.calls()
							.stream()
							.map(RequestText::shortName)
							.collect(Collectors.joining(" <- ", hottest.calls().isEmpty() ? "" : " in ", ""))
						+ ((inside != null) ? RequestText.inside(hottest) + RequestText.longName(inside) : ""));
		chains(request.stacks(), INDENT + "  ");
	}

	private void chains(List<FrameChain> chains, String indent) {
		for (FrameChain chain : chains) {
			line(indent, RequestText.samples(chain));
			chain.calls().forEach((call) -> line(indent + "  ", RequestText.fullName(call)));
			chains(chain.callees(), indent + "  ");
		}
	}

	private void line(String indent, String text) {
		this.out.append(indent).append(Escape.text(text)).append('\n');
	}

}
