package io.gmicro.recorder;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedThread;

/**
 * Labels samples with the requests that their threads served. What it holds is bounded by
 * the number of samples, however many requests there were.
 */
public final class RequestLabels {

	/** The event that tells which thread served which request, and how long. */
	static final String EVENT = "gmicro.HttpRequest";

	private final Map<Long, List<TimedSample>> samples;

	private final Set<SampleLabel> wanted;

	RequestLabels(Collection<TimedSample> samples, Set<SampleLabel> wanted) {
		this.samples = samples.stream()
			.sorted(Comparator.comparingLong(TimedSample::time))
			.collect(Collectors.groupingBy(TimedSample::thread));
		this.wanted = wanted;
	}

	/** Whether one of these labels comes from the request. */
	public static boolean areNeeded(Set<SampleLabel> wanted) {
		return wanted.contains(SampleLabel.ROUTE) || wanted.contains(SampleLabel.METHOD);
	}

	void read(RecordedEvent event) {
		if (event.getEventType().getName().equals(EVENT)) {
			RecordedThread server = event.getThread("server");
			List<TimedSample> ofThread = (server != null) ? this.samples.get(server.getJavaThreadId()) : null;
			if (ofThread != null) {
				long end = TimedSample.nanos(event.getEndTime());
				long start = end - event.getLong("served");
				label(ofThread, start, end, event);
			}
		}
	}

	private void label(List<TimedSample> ofThread, long start, long end, RecordedEvent event) {
		Map<String, String> labels = null;
		for (int i = firstAt(ofThread, start); i < ofThread.size() && ofThread.get(i).time() <= end; i++) {
			labels = (labels != null) ? labels : labels(event);
			ofThread.get(i).during(start, labels);
		}
	}

	private static int firstAt(List<TimedSample> ofThread, long time) {
		int low = 0;
		int high = ofThread.size();
		while (low < high) {
			int middle = (low + high) >>> 1;
			if (ofThread.get(middle).time() < time) {
				low = middle + 1;
			}
			else {
				high = middle;
			}
		}
		return low;
	}

	private Map<String, String> labels(RecordedEvent event) {
		Map<String, String> labels = new HashMap<>();
		if (this.wanted.contains(SampleLabel.ROUTE)) {
			labels.put("route", event.getString("route"));
		}
		if (this.wanted.contains(SampleLabel.METHOD)) {
			labels.put("method", event.getString("method"));
		}
		return labels;
	}

}
