package io.gmicro.console;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

import io.gmicro.diagnostics.Escape;
import io.gmicro.sampling.FrameChain;
import io.gmicro.sampling.HottestFrame;
import io.gmicro.sampling.LiveStack;
import io.gmicro.sampling.RequestText;
import io.gmicro.sampling.RequestsView;
import org.jspecify.annotations.Nullable;

/**
 * Writes the page as JSON.
 */
final class JsonPage {

	private final PrintWriter out;

	JsonPage(PrintWriter out) {
		this.out = out;
	}

	void write(RequestsView view) {
		this.out.append("{\"time\":").append(string(RequestText.iso(view.time())));
		this.out.append(",\"running\":");
		array(view.running(), this::running);
		this.out.append(",\"runningNotShown\":").print(view.runningNotShown());
		this.out.append(",\"streams\":");
		array(view.streams(), this::streams);
		LiveStack live = view.live();
		if (live != null) {
			live(live);
		}
		this.out.append(",\"slow\":");
		array(view.slow(), this::group);
		this.out.append("}\n");
	}

	private void running(RequestsView.Running request) {
		this.out.append("{\"id\":").append(string(request.id()));
		this.out.append(",\"method\":").append(string(request.method()));
		this.out.append(",\"route\":").append(string(request.route()));
		this.out.append(",\"ageSeconds\":").append(RequestText.seconds(request.age()));
		this.out.append(",\"thresholdSeconds\":").append(RequestText.seconds(request.threshold()));
		this.out.append(",\"slow\":").print(request.isSlow());
		this.out.append(",\"longLived\":").print(request.longLived());
		this.out.append(",\"thread\":").append(string(request.thread())).append('}');
	}

	private void streams(RequestsView.Streams streams) {
		this.out.append("{\"method\":").append(string(streams.method()));
		this.out.append(",\"route\":").append(string(streams.route()));
		this.out.append(",\"count\":").print(streams.count());
		this.out.append(",\"oldestSeconds\":").append(RequestText.seconds(streams.oldest())).append('}');
	}

	private void live(LiveStack live) {
		this.out.append(",\"live\":{\"id\":").append(string(live.id()));
		this.out.append(",\"state\":").append(string(live.state().name().toLowerCase(Locale.ROOT)));
		this.out.append(",\"thread\":").append(string(live.thread()));
		this.out.append(",\"stack\":");
		array(live.calls(), this::call);
		this.out.append('}');
	}

	private void group(RequestsView.Group group) {
		this.out.append("{\"route\":").append(string(group.route()));
		this.out.append(",\"requests\":");
		array(group.requests(), this::request);
		this.out.append('}');
	}

	private void request(RequestsView.Slow request) {
		this.out.append("{\"start\":").append(string(RequestText.iso(request.start())));
		this.out.append(",\"method\":").append(string(request.method()));
		this.out.append(",\"status\":").append(status(request.status()));
		this.out.append(",\"durationSeconds\":").append(RequestText.seconds(request.duration()));
		this.out.append(",\"thread\":").append(string(request.thread()));
		this.out.append(",\"traceId\":").append(string(request.traceId()));
		this.out.append(",\"samples\":").print(request.samples());
		this.out.append(",\"stoodStillSeconds\":").append(RequestText.seconds(request.stoodStill()));
		this.out.append(",\"hotSpot\":");
		hottest(request.hottest());
		this.out.append(",\"stacks\":");
		array(request.stacks(), this::chain);
		this.out.append('}');
	}

	private void hottest(HottestFrame frame) {
		StackTraceElement inside = frame.inside();
		this.out.append("{\"samples\":").print(frame.samples());
		this.out.append(",\"calls\":");
		array(frame.calls(), this::call);
		this.out.append(",\"insideSamples\":").print(frame.insideSamples());
		this.out.append(",\"inside\":")
			.append(string((inside != null) ? RequestText.fullName(inside) : null))
			.append('}');
	}

	private void chain(FrameChain chain) {
		this.out.append("{\"samples\":").print(chain.samples());
		this.out.append(",\"seconds\":").append(RequestText.seconds(Duration.ofNanos(chain.nanos())));
		this.out.append(",\"calls\":");
		array(chain.calls(), this::call);
		this.out.append(",\"callees\":");
		array(chain.callees(), this::chain);
		this.out.append('}');
	}

	private void call(StackTraceElement call) {
		this.out.append(string(RequestText.fullName(call)));
	}

	private <T> void array(List<T> values, Consumer<T> writer) {
		String separator = "[";
		for (T value : values) {
			this.out.append(separator);
			writer.accept(value);
			separator = ",";
		}
		this.out.append(values.isEmpty() ? "[]" : "]");
	}

	/** An HTTP status is a number, a gRPC status is a name. */
	private static String status(String status) {
		return status.chars().allMatch(Character::isDigit) ? status : string(status);
	}

	private static String string(@Nullable String text) {
		return (text != null) ? '"' + Escape.json(text) + '"' : "null";
	}

}
