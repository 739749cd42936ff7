package io.gmicro.recorder;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How often JFR looked for threads that run Java code. It does so every 10 ms, and less
 * often on a busy machine. Each time it takes up to five threads that it finds in Java
 * code, in turn, and then one that it finds in native code. In a server some thread is
 * always in native code, since it waits there for connections, so that there is a native
 * sample for each look.
 */
final class SamplerLooks {

	/** {@code MAX_NR_OF_JAVA_SAMPLES} in HotSpot's jfrThreadSampler.cpp. */
	private static final int MOST_IN_JAVA = 5;

	private SamplerLooks() {
	}

	/**
	 * How often each thread was looked at, at the least. When a look found as many
	 * threads as it takes, others may have been left out; then the thread that was found
	 * most often shows how many rounds there were.
	 * @param inJava the samples of threads in Java code
	 * @param inNative the samples of threads in native code
	 * @return the number of looks, 0 if there are no samples
	 */
	static int count(Collection<TimedSample> inJava, Collection<TimedSample> inNative) {
		TreeMap<Long, List<Long>> looks = new TreeMap<>();
		inNative.forEach((sample) -> looks.put(sample.time(), new ArrayList<>()));
		Map<Long, Integer> found = new HashMap<>();
		for (TimedSample sample : inJava) {
			found.merge(sample.thread(), 1, Integer::sum);
			Map.Entry<Long, List<Long>> look = looks.ceilingEntry(sample.time());
			if (look != null) {
				look.getValue().add(sample.thread());
			}
		}
		Map<Long, Integer> inFullLooks = new HashMap<>();
		looks.values()
			.stream()
			.filter((threads) -> threads.size() >= MOST_IN_JAVA)
			.flatMap(List::stream)
			.forEach((thread) -> inFullLooks.merge(thread, 1, Integer::sum));
		long complete = looks.values().stream().filter((threads) -> threads.size() < MOST_IN_JAVA).count();
		return Math.max((int) complete + most(inFullLooks), most(found));
	}

	private static int most(Map<Long, Integer> counts) {
		return counts.values().stream().mapToInt(Integer::intValue).max().orElse(0);
	}

}
