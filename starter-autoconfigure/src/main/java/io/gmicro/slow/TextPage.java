package io.gmicro.slow;

import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Collectors;

import io.gmicro.diagnostics.Escape;

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
		line("", "Requests at " + Times.text(view.time()));
		line("", "");
		line("", "Running now: " + view.runningCount());
		view.running().forEach(this::running);
		if (view.runningNotShown() > 0) {
			line("  ", "and " + view.runningNotShown() + " more");
		}
		view.streams().forEach((streams) -> line("  ", RequestWords.streams(streams)));
		LiveStack live = view.live();
		if (live != null) {
			line("", "");
			line("", "Request " + live.id() + " " + live.state().text());
			live.calls().forEach((call) -> line(INDENT, Calls.fullName(call)));
		}
		line("", "");
		line("", "Slow: " + view.slow().stream().mapToInt((group) -> group.requests().size()).sum());
		view.slow().forEach(this::group);
	}

	private void running(RequestsView.Running request) {
		String thread = request.thread();
		line("  ", request.method() + " " + RequestWords.route(request) + ", " + Times.text(request.age())
				+ RequestWords.state(request));
		line(INDENT, (thread != null) ? "thread " + RequestWords.thread(thread) : Story.ASYNCHRONOUS);
		line(INDENT, "stack at ?format=text&live=" + request.id());
	}

	private void group(RequestsView.Group group) {
		line("", "");
		line("", group.route() + ", slowest " + Times.text(group.slowest()));
		group.requests().forEach(this::request);
	}

	private void request(RequestsView.Slow request) {
		line("  ", Times.text(request.start()) + ", " + request.method() + ", took " + Times.text(request.duration())
				+ ", status " + request.status());
		line(INDENT, "thread " + RequestWords.thread(request.thread())
				+ ((request.traceId() != null) ? ", trace " + request.traceId() : ""));
		HotSpot spot = request.hotSpot();
		StackTraceElement inside = spot.inside();
		line(INDENT,
				RequestWords.stoodStill(request.stoodStill())
						+ RequestWords.samples(spot, request.samples(), request.thread())
						+ spot.calls()
							.stream()
							.map(Calls::shortName)
							.collect(Collectors.joining(" <- ", spot.calls().isEmpty() ? "" : " in ", ""))
						+ ((inside != null) ? RequestWords.inside(spot) + Calls.longName(inside) : ""));
		chains(request.stacks(), INDENT + "  ");
	}

	private void chains(List<CallChain> chains, String indent) {
		for (CallChain chain : chains) {
			line(indent, RequestWords.samples(chain));
			chain.calls().forEach((call) -> line(indent + "  ", Calls.fullName(call)));
			chains(chain.callees(), indent + "  ");
		}
	}

	private void line(String indent, String text) {
		this.out.append(indent).append(Escape.text(text)).append('\n');
	}

}
