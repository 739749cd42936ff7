package io.gmicro.console;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

import io.gmicro.diagnostics.Escape;
import io.gmicro.sampling.FrameChain;
import io.gmicro.sampling.FrameText;
import io.gmicro.sampling.HottestFrame;
import io.gmicro.sampling.LiveStack;
import io.gmicro.sampling.RequestsView;
import io.gmicro.sampling.TimeText;
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
		this.out.append("{\"time\":").append(string(TimeText.iso(view.time())));
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
		this.out.append(",\"ageSeconds\":").append(TimeText.seconds(request.age()));
		this.out.append(",\"thresholdSeconds\":").append(TimeText.seconds(request.threshold()));
		this.out.append(",\"slow\":").print(request.isSlow());
		this.out.append(",\"longLived\":").print(request.longLived());
		this.out.append(",\"thread\":").append(string(request.thread())).append('}');
	}

	private void streams(RequestsView.Streams streams) {
		this.out.append("{\"method\":").append(string(streams.method()));
		this.out.append(",\"route\":").append(string(streams.route()));
		this.out.append(",\"count\":").print(streams.count());
		this.out.append(",\"oldestSeconds\":").append(TimeText.seconds(streams.oldest())).append('}');
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
		this.out.append("{\"start\":").append(string(TimeText.iso(request.start())));
		this.out.append(",\"method\":").append(string(request.method()));
		this.out.append(",\"status\":").append(status(request.status()));
		this.out.append(",\"durationSeconds\":").append(TimeText.seconds(request.duration()));
		this.out.append(",\"thread\":").append(string(request.thread()));
		this.out.append(",\"traceId\":").append(string(request.traceId()));
		this.out.append(",\"samples\":").print(request.samples());
		this.out.append(",\"stoodStillSeconds\":").append(TimeText.seconds(request.stoodStill()));
		this.out.append(",\"hotSpot\":");
		hotSpot(request.hottest());
		this.out.append(",\"stacks\":");
		array(request.stacks(), this::chain);
		this.out.append('}');
	}

	private void hotSpot(HottestFrame spot) {
		StackTraceElement inside = spot.inside();
		this.out.append("{\"samples\":").print(spot.samples());
		this.out.append(",\"calls\":");
		array(spot.calls(), this::call);
		this.out.append(",\"insideSamples\":").print(spot.insideSamples());
		this.out.append(",\"inside\":")
			.append(string((inside != null) ? FrameText.fullName(inside) : null))
			.append('}');
	}

	private void chain(FrameChain chain) {
		this.out.append("{\"samples\":").print(chain.samples());
		this.out.append(",\"seconds\":").append(TimeText.seconds(Duration.ofNanos(chain.nanos())));
		this.out.append(",\"calls\":");
		array(chain.calls(), this::call);
		this.out.append(",\"callees\":");
		array(chain.callees(), this::chain);
		this.out.append('}');
	}

	private void call(StackTraceElement call) {
		this.out.append(string(FrameText.fullName(call)));
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

	/** HTTP's is a number. */
	private static String status(String status) {
		return status.chars().allMatch(Character::isDigit) ? status : string(status);
	}

	private static String string(@Nullable String text) {
		return (text != null) ? '"' + Escape.json(text) + '"' : "null";
	}

}
