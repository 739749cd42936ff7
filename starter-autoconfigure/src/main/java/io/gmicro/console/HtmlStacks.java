package io.gmicro.console;

import java.io.PrintWriter;
import java.util.List;

import io.gmicro.diagnostics.Escape;
import io.gmicro.diagnostics.OwnCode;
import io.gmicro.sampling.FrameChain;
import io.gmicro.sampling.FrameText;
import io.gmicro.sampling.RequestText;

/**
 * Writes stacks for people: what libraries do is folded.
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
	 * Folds what libraries do, but for the call with which the application entered them.
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
			.append(" calls of libraries</summary><ol class=\"calls\">\n");
		calls.forEach(this::call);
		this.out.append("</ol></details></li>\n");
	}

	private void call(StackTraceElement call) {
		this.out.append(isOfLibrary(call) ? "<li class=\"library\">" : "<li>")
			.append("<code><span class=\"package\">")
			.append(Escape.html(FrameText.packagePrefix(call)))
			.append("</span>")
			.append(Escape.html(FrameText.shortName(call)))
			.append("</code> <span class=\"note\">")
			.append(Escape.html(FrameText.source(call)))
			.append("</span></li>\n");
	}

	private boolean isOfLibrary(StackTraceElement call) {
		return !this.own.mayContain(call.getClassName());
	}

}
