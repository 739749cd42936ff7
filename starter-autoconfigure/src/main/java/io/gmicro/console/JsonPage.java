package io.gmicro.console;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

import io.gmicro.diagnostics.Escape;
import io.gmicro.slow.FrameChain;
import io.gmicro.slow.HottestFrame;
import io.gmicro.slow.LiveStack;
import io.gmicro.slow.RequestText;
import io.gmicro.slow.RequestsView;
import io.gmicro.slow.Timeline;
import org.jspecify.annotations.Nullable;

/**
 * Writes the requests as JSON. Not thread-safe.
 */
public final class JsonPage {

	private final PrintWriter out;

	/**
	 * Create a page.
	 * @param out the writer, which stays open
	 */
	public JsonPage(PrintWriter out) {
		this.out = out;
	}

	/**
	 * Write the page.
	 * @param view the requests
	 */
	public void write(RequestsView view) {
		begin("time", string(RequestText.iso(view.time())));
		array("running", view.running(), this::running);
		fields("runningNotShown", Integer.toString(view.runningNotShown()));
		array("streams", view.streams(), this::streams);
		LiveStack live = view.live();
		if (live != null) {
			this.out.append(",\"live\":");
			begin("id", string(live.id()), "state", string(live.state().name().toLowerCase(Locale.ROOT)), "thread",
					string(live.thread()));
			array("stack", live.calls(), this::call);
			this.out.append('}');
		}
		array("slow", view.slow(), this::group);
		this.out.append("}\n");
	}

	private void running(RequestsView.Running request) {
		begin("id", string(request.id()), "method", string(request.method()), "route", string(request.route()),
				"ageSeconds", RequestText.seconds(request.age()), "thresholdSeconds",
				RequestText.seconds(request.threshold()), "slow", Boolean.toString(request.isSlow()), "longLived",
				Boolean.toString(request.longLived()), "thread", string(request.thread()));
		this.out.append('}');
	}

	private void streams(RequestsView.Streams streams) {
		begin("method", string(streams.method()), "route", string(streams.route()), "count",
				Integer.toString(streams.count()), "oldestSeconds", RequestText.seconds(streams.oldest()));
		this.out.append('}');
	}

	private void group(RequestsView.Group group) {
		begin("route", string(group.route()));
		array("requests", group.requests(), this::request);
		this.out.append('}');
	}

	private void request(RequestsView.Slow request) {
		begin("start", string(RequestText.iso(request.start())), "method", string(request.method()), "status",
				status(request.status()), "durationSeconds", RequestText.seconds(request.duration()), "thread",
				string(request.thread()), "traceId", string(request.traceId()), "samples",
				Integer.toString(request.samples()), "stoodStillSeconds", RequestText.seconds(request.stoodStill()),
				"coldStart", Boolean.toString(request.coldStart()));
		array("activities", request.activities(), this::share);
		array("timeline", request.timeline(), this::part);
		HottestFrame hottest = request.hottest();
		StackTraceElement inside = hottest.inside();
		this.out.append(",\"hotSpot\":");
		begin("samples", Integer.toString(hottest.samples()));
		array("calls", hottest.calls(), this::call);
		fields("insideSamples", Integer.toString(hottest.insideSamples()), "inside",
				string((inside != null) ? RequestText.fullName(inside) : null));
		this.out.append('}');
		array("stacks", request.stacks(), this::chain);
		this.out.append('}');
	}

	private void share(Timeline.Share share) {
		begin("activity", string(share.activity()), "seconds", RequestText.seconds(share.time()));
		this.out.append('}');
	}

	private void part(Timeline.Part part) {
		StackTraceElement call = part.call();
		begin("activity", string(part.activity()), "startSeconds", seconds(part.startNanos()), "endSeconds",
				seconds(part.endNanos()), "call", string((call != null) ? RequestText.fullName(call) : null));
		this.out.append('}');
	}

	private static String seconds(long nanos) {
		return RequestText.seconds(Duration.ofNanos(nanos));
	}

	private void chain(FrameChain chain) {
		begin("samples", Integer.toString(chain.samples()), "seconds", seconds(chain.nanos()));
		array("calls", chain.calls(), this::call);
		array("callees", chain.callees(), this::chain);
		this.out.append('}');
	}

	private void call(StackTraceElement call) {
		this.out.append(string(RequestText.fullName(call)));
	}

	/** Begins an object with its first field. */
	private void begin(String name, String json, String... further) {
		this.out.append("{\"").append(name).append("\":").append(json);
		fields(further);
	}

	private void fields(String... namesAndJson) {
		for (int i = 0; i < namesAndJson.length; i += 2) {
			this.out.append(",\"").append(namesAndJson[i]).append("\":").append(namesAndJson[i + 1]);
		}
	}

	private <T> void array(String name, List<T> values, Consumer<T> writer) {
		this.out.append(",\"").append(name).append("\":[");
		String separator = "";
		for (T value : values) {
			this.out.append(separator);
			writer.accept(value);
			separator = ",";
		}
		this.out.append(']');
	}

	/** An HTTP status is a number, a gRPC status is a name. */
	private static String status(String status) {
		return status.chars().allMatch(Character::isDigit) ? status : string(status);
	}

	private static String string(@Nullable String text) {
		return (text != null) ? '"' + Escape.json(text) + '"' : "null";
	}

}
