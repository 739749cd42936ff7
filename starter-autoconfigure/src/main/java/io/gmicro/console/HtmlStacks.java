package io.gmicro.console;

import java.io.PrintWriter;
import java.util.List;

import io.gmicro.diagnostics.Escape;
import io.gmicro.diagnostics.OwnCode;
import io.gmicro.slow.FrameChain;
import io.gmicro.slow.RequestText;

/**
 * Writes stacks as HTML. Calls of libraries are collapsed.
 */
final class HtmlStacks {

	private static final int UNFOLDED_CALLS = 2;

	private final PrintWriter out;

	private final OwnCode own;

	HtmlStacks(PrintWriter out, OwnCode own) {
		this.out = out;
		this.own = own;
	}

	void chains(List<FrameChain> chains) {
		if (chains.isEmpty()) {
			return;
		}
		this.out.append("<ul class=\"tree\">\n");
		for (FrameChain chain : chains) {
			this.out.append("<li><span class=\"note\">").append(RequestText.samples(chain)).append("</span>\n");
			calls(chain.calls(), false);
			chains(chain.callees());
			this.out.append("</li>\n");
		}
		this.out.append("</ul>\n");
	}

	/**
	 * Writes calls, and collapses successive calls of libraries except the one that the
	 * application made.
	 */
	void calls(List<StackTraceElement> calls, boolean innermostFirst) {
		this.out.append("<ol class=\"calls\">\n");
		int next = 0;
		while (next < calls.size()) {
			int end = next;
			while (end < calls.size() && isOfLibrary(calls.get(end))) {
				end++;
			}
			if (end - next > UNFOLDED_CALLS) {
				library(calls, next, end, innermostFirst);
				next = end;
			}
			else {
				call(calls.get(next));
				next++;
			}
		}
		this.out.append("</ol>\n");
	}

	private void library(List<StackTraceElement> calls, int start, int end, boolean innermostFirst) {
		boolean enteredLast = innermostFirst && end < calls.size();
		boolean enteredFirst = !innermostFirst && start > 0;
		if (enteredFirst) {
			call(calls.get(start));
		}
		library(calls.subList(enteredFirst ? start + 1 : start, enteredLast ? end - 1 : end));
		if (enteredLast) {
			call(calls.get(end - 1));
		}
	}

	private void library(List<StackTraceElement> calls) {
		this.out.append("<li><details class=\"library\"><summary>")
			.append(Integer.toString(calls.size()))
			.append(" library calls</summary><ol class=\"calls\">\n");
		calls.forEach(this::call);
		this.out.append("</ol></details></li>\n");
	}

	private void call(StackTraceElement call) {
		this.out.append(isOfLibrary(call) ? "<li class=\"library\">" : "<li>")
			.append("<code><span class=\"package\">")
			.append(Escape.html(RequestText.packagePrefix(call)))
			.append("</span>")
			.append(Escape.html(RequestText.shortName(call)))
			.append("</code> <span class=\"note\">")
			.append(Escape.html(RequestText.source(call)))
			.append("</span></li>\n");
	}

	private boolean isOfLibrary(StackTraceElement call) {
		return !this.own.mayContain(call.getClassName());
	}

}
