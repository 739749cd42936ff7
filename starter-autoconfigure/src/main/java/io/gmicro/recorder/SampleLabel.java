package io.gmicro.recorder;

import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

import io.gmicro.jfr.JfrFile;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedThread;
import org.jspecify.annotations.Nullable;

/**
 * The optional labels of samples.
 */
public enum SampleLabel {

	/** The route template of the request that the thread served. */
	ROUTE,

	/** The HTTP method of that request. */
	METHOD,

	/** The name of the thread. */
	THREAD,

	/** The name of the thread that held the monitor before. */
	OWNER;

	/** The event with the thread, the duration, the route and the method of a request. */
	static final String REQUEST_EVENT = "gmicro.HttpRequest";

	private static final String PREVIOUS_OWNER = "previousOwner";

	/** Whether one of the labels comes from the request. */
	public static boolean needRequests(Set<SampleLabel> labels) {
		return labels.contains(ROUTE) || labels.contains(METHOD);
	}

	/**
	 * The labels of an event that do not depend on a request.
	 * @param event the event
	 * @param thread its thread, or {@code null} if it is unknown
	 * @param labels the labels to set
	 */
	static Map<String, String> of(RecordedEvent event, @Nullable RecordedThread thread, Set<SampleLabel> labels) {
		Map<String, String> values = new HashMap<>();
		if (labels.contains(THREAD)) {
			put(values, THREAD, thread);
		}
		if (labels.contains(OWNER) && event.hasField(PREVIOUS_OWNER)) {
			put(values, OWNER, event.getThread(PREVIOUS_OWNER));
		}
		return values.isEmpty() ? Map.of() : values;
	}

	private static void put(Map<String, String> values, SampleLabel label, @Nullable RecordedThread thread) {
		String name = (thread != null) ? thread.getJavaName() : null;
		if (name != null) {
			values.put(label.name().toLowerCase(Locale.ROOT), name);
		}
	}

	/** The events to record for the labels, with their settings. */
	static Map<String, Map<String, String>> events(Set<SampleLabel> labels) {
		return needRequests(labels) ? Map.of(REQUEST_EVENT, Map.of()) : Map.of();
	}

	/**
	 * Labels samples with the requests in a file. A request is recorded at its end, so
	 * its samples may be from earlier files. The memory needed depends on the number of
	 * samples, not of requests.
	 * @param samples all samples so far
	 * @param file the file
	 * @param labels the labels to set
	 * @throws IOException if the file cannot be read
	 */
	static void setFromRequests(Collection<TimedSample> samples, JfrFile file, Set<SampleLabel> labels)
			throws IOException {
		if (needRequests(labels)) {
			Map<Long, TreeMap<Long, List<TimedSample>>> byThreadAndTime = samples.stream()
				.collect(Collectors.groupingBy(TimedSample::thread,
						Collectors.groupingBy(TimedSample::time, TreeMap::new, Collectors.toList())));
			file.forEach((event) -> {
				RecordedThread server = event.getEventType().getName().equals(REQUEST_EVENT) ? event.getThread("server")
						: null;
				if (server != null) {
					set(byThreadAndTime.getOrDefault(server.getJavaThreadId(), new TreeMap<>()), event, labels);
				}
			});
		}
	}

	private static void set(NavigableMap<Long, List<TimedSample>> ofThread, RecordedEvent request,
			Set<SampleLabel> labels) {
		long end = TimedSample.nanos(request.getEndTime());
		long start = end - Math.max(request.getLong("served"), 0);
		NavigableMap<Long, List<TimedSample>> ofRequest = ofThread.subMap(start, true, end, true);
		if (!ofRequest.isEmpty()) {
			Map<String, String> values = new HashMap<>();
			if (labels.contains(ROUTE)) {
				values.put("route", request.getString("route"));
			}
			if (labels.contains(METHOD)) {
				values.put("method", request.getString("method"));
			}
			ofRequest.values().forEach((sampled) -> sampled.forEach((sample) -> sample.during(start, values)));
		}
	}

}
